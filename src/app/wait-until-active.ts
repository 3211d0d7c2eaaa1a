import type { Database } from "../core/inventory/model.ts";
import { sameGroups } from "../core/plan/membership-steps.ts";
import type { Clock } from "../ports/clock.ts";
import type { LiveState } from "../ports/inventory-source.ts";

/** The groups that a database should carry. */
export interface WantedGroups {
  readonly arn: string;
  readonly groups: readonly string[];
  /** Groups that belong to this database alone, wanted or on their way out. */
  readonly managed: readonly string[];
}

/** How a wait for group memberships ended. */
export type WaitResult =
  | { readonly kind: "active"; readonly interfaces: number }
  | { readonly kind: "gone" }
  | { readonly kind: "timedOut"; readonly last: string };

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 15_000;
const SETTLED = new Set(["available", "backing-up", "storage-optimization"]);

/**
 * Waits until the database, and every member of a cluster, carries exactly these groups, all `active`, and its
 * interfaces show them. The cluster's own answer is early, so members decide:
 * the answer to ModifyDBCluster lists the new groups as active while the members still carry the old ones.
 */
export async function waitUntilActive(
  ports: { readonly live: LiveState; readonly clock: Clock },
  wanted: WantedGroups,
  deadline: number,
): Promise<WaitResult> {
  let delay = FIRST_DELAY_MS;
  for (;;) {
    const state = await look(ports.live, wanted);
    if (state.kind !== "pending") return state;
    const left = deadline - ports.clock.now();
    if (left <= 0) return { kind: "timedOut", last: state.why };
    await ports.clock.sleep(Math.min(delay, left));
    delay = Math.min(delay * 2, LONGEST_DELAY_MS);
  }
}

type Look = WaitResult | { readonly kind: "pending"; readonly why: string };

async function look(live: LiveState, wanted: WantedGroups): Promise<Look> {
  const database = await live.readDatabase(wanted.arn);
  if (database === undefined) return { kind: "gone" };
  const pending = pendingReason(database, wanted.groups);
  if (pending !== undefined) return { kind: "pending", why: pending };
  return lookAtInterfaces(live, wanted);
}

/** Why the memberships are not there yet, or `undefined` when they are. */
function pendingReason(database: Database, groups: readonly string[]): string | undefined {
  for (const part of [database, ...database.members]) {
    if (!SETTLED.has(part.status)) return `"${part.id}" has status "${part.status}"`;
    const unsettled = part.memberships.find((m) => m.status !== "active");
    if (unsettled !== undefined) return `${unsettled.groupId} is "${unsettled.status}" on "${part.id}"`;
    const ids = part.memberships.map((m) => m.groupId);
    if (!sameGroups(ids, groups)) return `"${part.id}" carries ${ids.join(", ")}`;
  }
  return undefined;
}

/**
 * Only this database carries a managed group, so the interfaces that carry it are the database's: they must show the
 * whole list, or none may show a managed group that is to be gone. No interface at all is told by the count: some
 * emulators have none for databases.
 */
async function lookAtInterfaces(live: LiveState, wanted: WantedGroups): Promise<Look> {
  let seen = 0;
  for (const managed of wanted.managed) {
    const interfaces = await live.readInterfacesWithGroup(managed);
    const late = interfaces.find((i) => !sameGroups(i.groupIds, wanted.groups));
    if (late !== undefined) {
      return {
        kind: "pending",
        why: `interface ${late.networkInterfaceId} carries ${late.groupIds.join(", ")}`,
      };
    }
    seen += interfaces.length;
  }
  return { kind: "active", interfaces: seen };
}
