import { CreateFlowLogsCommand } from "@aws-sdk/client-ec2";
import { callAws } from "../../../adapters/aws/aws-call.ts";
import { s3FlowLogs } from "../../../adapters/aws/s3-flow-logs.ts";
import { readTraffic, type Traffic } from "../../../app/read-traffic.ts";
import { LOG_BUCKET } from "../../../sandbox/company/build-aws.ts";
import { playTraffic } from "../../../sandbox/company/play-traffic.ts";
import { TEN_COLUMNS } from "../../../sandbox/company/subscribe-flow-logs.ts";
import { addressCount, counted } from "../render/quantity.ts";
import { table } from "../render/table.ts";
import type { Chapter, Facts } from "./chapter.ts";
import type { Stage } from "./stage.ts";
import { makePlan } from "./watched-run.ts";

/** The company as it is, flow logs on its databases, and an hour of work. */
export const trafficArrives: Chapter = {
  key: "traffic",
  title: "The company, and an hour of its traffic",
  run: async (stage) => {
    const company = await describeCompany(stage);
    const flowLogs = await createFlowLogs(stage);
    stage.tell(`CreateFlowLogs: ${counted(flowLogs, "flow log")}, one on each database's interface`);
    const connections = playTraffic(stage.company, stage.open.sample.aws, 1).length;
    const delivered = stage.aws.flowLogs.deliver();
    stage.tell(
      `An hour of work: ${connections} connections; AWS puts ${counted(delivered.length, "object")} into S3`,
    );
    stage.traffic = await readFromS3(stage);
    const { input } = stage.traffic.table;
    stage.tell(`Read back from s3://${LOG_BUCKET}: ${counted(input.records, "record")}`);
    stage.check(
      input.objects === delivered.length && input.malformed === 0,
      "every object and every line was read",
    );
    return { ...company, flowLogs, connections, objects: delivered.length, input };
  },
};

async function describeCompany(stage: Stage): Promise<Facts> {
  const { plan } = await makePlan(stage);
  const { company, style } = stage;
  stage.tell(
    `${company.name}, ${company.region}: ${counted(company.consumers.length, "machine")} and ${counted(plan.databases.length, "database")}; the PCE's policy is version ${plan.policy.version}`,
  );
  const rows = plan.databases.map((d) => [
    style.bold(d.id),
    d.engine,
    d.mode,
    `reachable by ${addressCount(d.reachable.now)}, policy says ${d.reachable.planned}`,
  ]);
  stage.say(table(rows, "    "));
  return {
    databases: plan.databases.map((d) => ({
      id: d.id,
      mode: d.mode,
      reachableNow: d.reachable.now.toString(),
      byPolicy: d.reachable.planned.toString(),
    })),
  };
}

async function createFlowLogs(stage: Stage): Promise<number> {
  const { client } = await stage.moat.clients.ec2();
  const { interfaces } = stage.open.sample.aws;
  const answer = await callAws("ec2:CreateFlowLogs", () =>
    client.send(
      new CreateFlowLogsCommand({
        ResourceType: "NetworkInterface",
        ResourceIds: stage.company.databases.map(({ id }) => interfaces.get(id) ?? ""),
        TrafficType: "ALL",
        LogDestinationType: "s3",
        LogDestination: `arn:aws:s3:::${LOG_BUCKET}`,
        LogFormat: TEN_COLUMNS,
        MaxAggregationInterval: 60,
      }),
    ),
  );
  return answer.FlowLogIds?.length ?? 0;
}

/** Reads all flow-log objects there are, through the reader that any command uses. */
export const readFromS3 = (stage: Stage): Promise<Traffic> =>
  readTraffic(s3FlowLogs(stage.moat.clients, { bucket: LOG_BUCKET, prefix: "AWSLogs/" }));
