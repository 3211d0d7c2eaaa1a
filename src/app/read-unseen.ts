import type { Inventory } from "../core/inventory/model.ts";
import { unseenInterfaces } from "../core/onboard/unseen-interfaces.ts";
import type { FlowLogSubscriptions } from "../ports/onboarding.ts";
import { expectedProblem } from "./expected-problem.ts";

/** Interfaces without a flow log, by the id of their database; or why that is not known. */
export type Unseen =
  | { readonly kind: "read"; readonly interfaces: ReadonlyMap<string, readonly string[]> }
  | { readonly kind: "unreadable"; readonly problem: string };

/** Compares the subscriptions that there are with the interfaces of the databases. */
export async function readUnseen(
  flowLogs: Pick<FlowLogSubscriptions, "read">,
  inventory: Inventory,
  owner: string,
): Promise<Unseen> {
  try {
    return { kind: "read", interfaces: unseenInterfaces(inventory, await flowLogs.read(), owner) };
  } catch (error) {
    const problem = expectedProblem(error);
    if (problem === undefined) throw error;
    return { kind: "unreadable", problem: problem.what };
  }
}
