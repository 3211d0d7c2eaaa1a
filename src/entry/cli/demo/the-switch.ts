import { s3FlowLogObject } from "../../../adapters/aws/s3-flow-logs.ts";
import { readTraffic } from "../../../app/read-traffic.ts";
import { knownDatabases } from "../../../core/flow/known-databases.ts";
import { playTraffic } from "../../../sandbox/company/play-traffic.ts";
import { counted } from "../render/quantity.ts";
import { table } from "../render/table.ts";
import type { Chapter } from "./chapter.ts";
import { client } from "./company-clients.ts";
import { admits } from "./connection-watch.ts";
import type { Stage } from "./stage.ts";
import { makePlan, reconcileWatched, sayWatch } from "./watched-run.ts";

/** Enforcement, with everybody trying to connect at every call. */
export const theSwitch: Chapter = {
  key: "switch",
  title: "The switch, while everybody keeps connecting",
  run: async (stage) => {
    const scanner = client(stage, "scanner", "orders");
    const before = admits(stage.aws, scanner);
    const session = stage.aws.network.open(scanner);
    const startedMs = stage.aws.clock.now();
    const { report, watch, writes } = await reconcileWatched(stage);
    const seconds = Math.round((stage.aws.clock.now() - startedMs) / 1_000);
    stage.tell(`Moat made ${counted(writes.length, "write call")} in ${seconds} seconds of AWS time:`);
    stage.say(table([[tally(writes)]], "    "));
    stage.check(
      report.outcomes.length > 0 && report.outcomes.every((o) => o.status === "done"),
      `${report.outcomes.map((o) => o.id).join(" and ")}: every step done, and seen on the network interfaces`,
    );
    sayWatch(stage, watch);
    const after = admits(stage.aws, scanner);
    stage.check(before && !after, `the scanner: ${admitted(before)} before, ${admitted(after)} after`);
    const lingers = session !== undefined && stage.aws.network.isAlive(session);
    stage.tell(
      `Revoking is not disconnecting: a session that the scanner has open ${lingers ? "lingers" : "is dead"}`,
    );
    stage.tell(`${counted(stage.audit.length, "record")} in the audit log, each written before its call`);
    const rejected = await nextFlowLog(stage);
    return { writes, ...watch, scanner: { before, after, sessionLingers: lingers }, rejected };
  },
};

const admitted = (yes: boolean): string => (yes ? "admitted" : "refused");

/** `2×CreateSecurityGroup, …`, in the order of their first call. */
export function tally(operations: readonly string[]): string {
  const counts = Map.groupBy(operations, (operation) => operation);
  return [...counts]
    .map(([operation, { length }]) => (length === 1 ? operation : `${length}×${operation}`))
    .join(", ");
}

/** Half an hour later AWS itself says who was turned away. */
async function nextFlowLog(stage: Stage): Promise<readonly string[]> {
  playTraffic(stage.company, stage.open.sample.aws, 0.5);
  const files = stage.aws.flowLogs.deliver();
  const objects = files.map((file) => s3FlowLogObject(stage.moat.clients, file));
  const { table: conversations } = await readTraffic({
    async *list() {
      yield* objects;
    },
  });
  const { addresses } = await makePlan(stage);
  const known = knownDatabases(addresses.map((a) => ({ ...a, database: a.id })));
  const rejected = conversations
    .conversations(known)
    .flatMap((c) => (c.action === "REJECT" ? [`${c.consumer} → ${c.database ?? c.provider}`] : []));
  const address = stage.company.consumers.find((c) => c.name === "scanner")?.address ?? "";
  stage.tell(`The flow logs of the next half hour: REJECT for ${rejected.join(", ") || "nobody"}`);
  stage.check(
    rejected.length > 0 && rejected.every((line) => line.startsWith(`${address} `)),
    "the scanner, and nobody else",
  );
  return rejected;
}
