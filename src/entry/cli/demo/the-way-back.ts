import { awsInventorySource } from "../../../adapters/aws/aws-inventory-source.ts";
import { type RollbackReport, rollbackDatabase } from "../../../app/rollback-database.ts";
import type { Chapter } from "./chapter.ts";
import { habitualClients, STRANGER } from "./company-clients.ts";
import { watchConnections } from "./connection-watch.ts";
import { managedGroup } from "./rule-by-hand.ts";
import { tally } from "./the-switch.ts";
import { makePlan, SETTINGS, sayWatch, writesSince } from "./watched-run.ts";

/** Rollback: the groups that a tag remembers come back, and Moat's own goes. */
export const theWayBack: Chapter = {
  key: "rollback",
  title: "The way back",
  run: async (stage) => {
    const group = await managedGroup(stage, "orders");
    const inventory = await awsInventorySource(stage.moat.clients, "sandbox").read();
    const from = stage.aws.calls.length;
    const reports: RollbackReport[] = [];
    // After it the old group decides: everybody in the network, and no stranger.
    const clients = habitualClients(stage)
      .filter((c) => c.database === "orders")
      .map((c) => ({ ...c, policy: c.name === STRANGER ? ("blocked" as const) : ("allowed" as const) }));
    const watch = await watchConnections(stage.aws, clients, async () => {
      reports.push(
        await rollbackDatabase(stage.ports, inventory, { ...SETTINGS, acknowledged: new Set() }, "orders"),
      );
    });
    stage.watched.push(watch);
    const writes = writesSince(stage, from);
    stage.tell(`moat rollback orders: ${tally(writes)}`);
    const after = await makePlan(stage);
    const orders = after.plan.databases.find((d) => d.id === "orders");
    const names = (orders?.attachedGroups ?? []).map(
      (id) => after.inventory.securityGroups.find((g) => g.groupId === id)?.groupName ?? id,
    );
    const gone = !after.inventory.securityGroups.some((g) => g.groupId === group);
    stage.check(
      reports[0]?.kind === "done" && names.join() === "legacy-databases",
      `orders carries ${names.join(", ")} again; its mode is ${orders?.mode ?? "unknown"}`,
    );
    stage.check(gone, `${group} is ${gone ? "deleted" : "still there"}`);
    sayWatch(stage, watch);
    return { writes, groups: names, mode: orders?.mode ?? null, managedGroupGone: gone };
  },
};
