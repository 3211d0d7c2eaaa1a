import { createPceClient, type PceClient } from "../../src/adapters/pce/pce-client.ts";
import type { MoatSandbox } from "./moat-process.ts";

interface Named {
  readonly href: string;
  readonly name?: string;
  readonly key?: string;
  readonly value?: string;
}

const get = async (pce: PceClient, path: string): Promise<readonly Named[]> =>
  (await pce.request({ method: "GET", path })).json as readonly Named[];

/** Drafts a rule that lets the reports into the orders database, and provisions nothing. */
export async function draftRule({ env }: MoatSandbox): Promise<void> {
  const user = env.MOAT_PCE_KEY ?? "";
  const secret = env.MOAT_PCE_SECRET ?? "";
  const pce = createPceClient({ url: env.MOAT_POLICY ?? "", credentials: async () => ({ user, secret }) });
  const labels = await get(pce, "labels");
  const label = (value: string) => ({
    label: { href: labels.find((l) => l.key === "role" && l.value === value)?.href },
  });
  const ruleSets = await get(pce, "sec_policy/draft/rule_sets");
  const orders = ruleSets.find((ruleSet) => ruleSet.name === "orders production");
  const body = {
    enabled: true,
    description: "reports read the orders database",
    providers: [label("database")],
    consumers: [label("reporting")],
    ingress_services: [],
    resolve_labels_as: { providers: ["virtual_services"], consumers: ["workloads"] },
    unscoped_consumers: true,
  };
  await pce.request({ method: "POST", path: `${orders?.href}/sec_rules`, body });
}
