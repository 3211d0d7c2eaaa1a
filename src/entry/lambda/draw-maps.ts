import type { Logger } from "@aws-lambda-powertools/logger";
import type { Context } from "aws-lambda";
import type { AwsClients } from "../../adapters/aws/aws-clients.ts";
import { awsInventorySource } from "../../adapters/aws/aws-inventory-source.ts";
import { s3FlowLogs } from "../../adapters/aws/s3-flow-logs.ts";
import { writeS3Text } from "../../adapters/aws/s3-text.ts";
import { parseS3Uri, type S3Uri } from "../../adapters/aws/s3-uri.ts";
import { expectedProblem } from "../../app/expected-problem.ts";
import { mapData } from "../../app/map-data.ts";
import { planDatabases } from "../../app/plan-databases.ts";
import { readTraffic, type Traffic } from "../../app/read-traffic.ts";
import { fitForFile } from "../../core/map/fit-for-file.ts";
import type { Policy } from "../../core/policy/model.ts";
import type { FlowLogObject } from "../../ports/flow-log-objects.ts";
import { singleFile, type UiAssets } from "../web/ui-assets.ts";
import { stopMoment } from "./deadline.ts";
import { type LambdaEnvironment, needed } from "./environment.ts";
import type { LambdaPolicy } from "./lambda-policy.ts";
import { planSettings } from "./plan-settings.ts";
import type { TargetName, Targets } from "./targets.ts";
import type { Telemetry } from "./telemetry.ts";

/** What maps are drawn with. All of it only reads, but for the pages themselves. */
export interface MapMaker extends Pick<Telemetry, "count"> {
  readonly settings: LambdaEnvironment;
  /** Of the account that has the flow logs and gets the pages. */
  readonly clients: AwsClients;
  readonly targets: Targets;
  readonly policy: LambdaPolicy;
  readonly logger: Logger;
  readonly ui: UiAssets;
}

/**
 * Puts a page that needs nothing else, `<account>/<region>.html`, in the place of the last one, for each account and
 * region. One that cannot be looked at keeps its old page and does not stop the others.
 *
 * @throws Error when policy cannot be had, or no page at all could be made
 */
export async function drawMaps(maker: MapMaker, context: Context): Promise<void> {
  const policy = await maker.policy.until(stopMoment(Date.now(), context)).read("active");
  const names = await maker.targets.list();
  const failed: string[] = [];
  for (const name of names) {
    try {
      await drawMap(maker, name, policy);
      maker.count("MapsDrawn", 1);
    } catch (error) {
      const problem = expectedProblem(error);
      if (problem === undefined) throw error;
      failed.push(problem.what);
      maker.logger.error("target failed", { ...name, problem });
    }
  }
  maker.count("TargetsFailed", failed.length);
  if (failed.length > 0 && failed.length === names.length) throw new Error(failed.join("; "));
}

async function drawMap(maker: MapMaker, name: TargetName, policy: Policy): Promise<void> {
  const { settings, clients, ui, logger } = maker;
  const { accountId, region } = name;
  const target = await maker.targets.open(name);
  const inventory = await awsInventorySource(target.clients, `live ${accountId} ${region}`).read();
  const nowSeconds = Math.floor(Date.now() / 1000);
  const traffic = await trafficOf(maker, name, nowSeconds);
  const planned = planDatabases({
    inventory,
    policy,
    settings: { ...planSettings(settings), nowSeconds },
    traffic,
  });
  const data = fitForFile(mapData(planned));
  const page = singleFile(ui, JSON.stringify(data), `Moat map ${accountId} ${region}`);
  const { bucket, prefix } = place(settings, "MOAT_MAP_PAGES");
  const key = [prefix.replace(/\/$/, ""), accountId, `${region}.html`]
    .filter((part) => part !== "")
    .join("/");
  await writeS3Text(clients, { bucket, key }, page, "text/html; charset=utf-8");
  const { databases, links } = data;
  logger.info("map drawn", {
    ...name,
    databases: databases.length,
    connections: links.consumer.length,
    findings: traffic.findings.length,
    bytes: page.length,
  });
}

/** Addresses mean something within an account and region only, so no other flow logs are read. */
function trafficOf(
  { settings, clients }: MapMaker,
  { accountId, region }: TargetName,
  nowSeconds: number,
): Promise<Traffic> {
  const { bucket, prefix } = place(settings, "MOAT_MAP_LOGS");
  const start = Math.max(0, nowSeconds - settings.MOAT_MAP_HOURS * 3_600);
  const window = { start, end: nowSeconds };
  const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  // Plain and Hive-compatible prefixes:
  // https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html
  const prefixes = [
    `${folder}AWSLogs/${accountId}/vpcflowlogs/${region}/`,
    `${folder}AWSLogs/aws-account-id=${accountId}/aws-service=vpcflowlogs/aws-region=${region}/`,
  ];
  async function* list(): AsyncGenerator<FlowLogObject> {
    for (const each of prefixes) yield* s3FlowLogs(clients, { bucket, prefix: each }, { window }).list();
  }
  return readTraffic({ list }, undefined, window);
}

function place(settings: LambdaEnvironment, name: "MOAT_MAP_LOGS" | "MOAT_MAP_PAGES"): S3Uri {
  const uri = parseS3Uri(needed(settings, name));
  if (!uri.ok) throw new Error(uri.error.what);
  return uri.value;
}
