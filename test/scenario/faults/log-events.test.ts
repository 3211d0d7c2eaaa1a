import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { objectDigest } from "../../../src/adapters/history/object-digest.ts";
import type { HistoryObject, Summary } from "../../../src/core/history/summary.ts";
import { ingestEvent } from "../../../src/entry/lambda/ingest-event.ts";
import { createFlowLogs } from "../../../src/sandbox/aws/model/ec2/flow-logs.ts";
import { databaseAddress, type LambdaLab, lambdaLab } from "./lambda-lab.ts";

const START = 1_767_603_600;
const FORMAT = "action dstport srcport dstaddr srcaddr protocol start end log-status";

function subscribe({ lab }: LambdaLab, logGroupName: string, fields: string): string {
  const resourceId = lab.sandbox.rds().instance("orders").interfaces[0]?.networkInterfaceId ?? "";
  createFlowLogs(lab.sandbox.ec2(), {
    resourceType: "NetworkInterface",
    resourceIds: [resourceId],
    trafficType: "ALL",
    logDestinationType: "cloud-watch-logs",
    logDestination: undefined,
    logGroupName,
    deliverLogsPermissionArn: "arn:aws:iam::111122223333:role/flow-logs",
    logFormat: fields
      .split(" ")
      .map((field) => `\${${field}}`)
      .join(" "),
    maxAggregationInterval: 60,
    fileFormat: "plain-text",
    hiveCompatiblePartitions: false,
    perHourPartition: false,
    tags: [],
  });
  return resourceId;
}

/** What CloudWatch Logs hands to the function. */
function event({ lab }: LambdaLab, logGroup: string, stream: string) {
  const message = `ACCEPT 3306 51000 ${databaseAddress(lab)} 10.20.1.11 6 ${START} ${START + 59} OK`;
  const data = {
    messageType: "DATA_MESSAGE",
    owner: "111122223333",
    logGroup,
    logStream: `${stream}-all`,
    subscriptionFilters: ["moat"],
    logEvents: [{ id: "0", timestamp: START * 1000, message }],
  };
  return { awslogs: { data: gzipSync(JSON.stringify(data)).toString("base64") } };
}

describe("log events of a subscription, which have no header", () => {
  it("are read in the format that EC2 says their log group has", async () => {
    const world = lambdaLab();
    const stream = subscribe(world, "vpc/orders", FORMAT);
    await world.handle(event(world, "vpc/orders", stream));
    expect(world.lab.pce.receivedFlows.map((f) => `${f.srcIp} ${f.dstPort}`)).toEqual(["10.20.1.11 3306"]);
  });

  it("of a log group that EC2 does not know are malformed, with one finding", async () => {
    const world = lambdaLab();
    const stream = subscribe(world, "vpc/orders", FORMAT);
    await world.handle(event(world, "vpc/others", stream));
    expect(world.lab.pce.receivedFlows).toEqual([]);
    expect(world.logged().match(/FLOW_LOG_FORMAT_UNKNOWN/g)).toHaveLength(1);
  });

  it("are kept in a history, once however often they come", async () => {
    const world = lambdaLab();
    const stream = subscribe(world, "vpc/orders", FORMAT);
    const kept: (readonly [HistoryObject, readonly Summary[]])[] = [];
    const writer = {
      add: async (...one: readonly [HistoryObject, readonly Summary[]]) => void kept.push(one),
    };
    const ports = { ...world.deps.ports, history: { writer, digestOf: objectDigest } };
    const deps = { ...world.deps, ports };
    await ingestEvent(deps, event(world, "vpc/orders", stream));
    await ingestEvent(deps, event(world, "vpc/orders", stream));
    expect(kept.map(([, summaries]) => summaries.length)).toEqual([1, 1]);
    expect(new Set(kept.map(([{ digest }]) => digest)).size).toBe(1);
  });
});
