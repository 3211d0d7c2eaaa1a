import { callAws } from "../../../adapters/aws/aws-call.ts";
import { askTrail, changeText } from "./ask-trail.ts";
import type { Chapter } from "./chapter.ts";
import { client } from "./company-clients.ts";
import { admits } from "./connection-watch.ts";
import { clientsUnderRole } from "./role-clients.ts";
import { managedGroup } from "./rule-by-hand.ts";
import type { Stage } from "./stage.ts";
import { tally } from "./the-switch.ts";
import { makePlan, reconcileWatched, sayWatch } from "./watched-run.ts";

/** Somebody puts the old group back on a database; the next run puts its own back. */
export const detachedByHand: Chapter = {
  key: "detachedByHand",
  title: "Groups changed by hand",
  run: async (stage) => {
    const group = await managedGroup(stage, "orders");
    const arn = await putOldGroupBack(stage);
    const scanner = client(stage, "scanner", "orders");
    const opened = admits(stage.aws, scanner);
    const change = askTrail(stage, [arn]);
    stage.tell(`orders has its old group again, and ${group} is gone from it`);
    stage.tell(`Who? ${change === undefined ? "CloudTrail does not say" : changeText(change)}`);
    const { report, watch, writes } = await reconcileWatched(stage);
    const repaired = report.plan.databases.find((d) => d.id === "orders")?.attachedGroups ?? [];
    stage.check(
      repaired.length === 1 && repaired[0] === group,
      `repaired: ${tally(writes) || "no write call"}`,
    );
    stage.check(opened && !admits(stage.aws, scanner), "the scanner is refused again");
    sayWatch(stage, watch);
    return { by: change ?? null, writes, attached: repaired };
  },
};

/** Returns the ARN of the database. */
async function putOldGroupBack(stage: Stage): Promise<string> {
  const { plan, inventory } = await makePlan(stage);
  const old = inventory.securityGroups.find((g) => g.groupName === "legacy-databases")?.groupId ?? "";
  const { clients } = await clientsUnderRole(stage.open, "engineer", "alex");
  const { sdk, client: rds } = await clients.rds();
  try {
    await callAws("rds:ModifyDBInstance", () =>
      rds.send(
        new sdk.ModifyDBInstanceCommand({ DBInstanceIdentifier: "orders", VpcSecurityGroupIds: [old] }),
      ),
    );
  } finally {
    clients.close();
  }
  // It takes RDS some minutes until the interfaces follow.
  await stage.open.clock.sleep(5 * 60_000);
  return plan.databases.find((d) => d.id === "orders")?.arn ?? "";
}
