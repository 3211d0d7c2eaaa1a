import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { playTraffic } from "../../src/sandbox/company/play-traffic.ts";
import { sampleCompany } from "../../src/sandbox/company/sample-company.ts";
import { subscribeFlowLogs } from "../../src/sandbox/company/subscribe-flow-logs.ts";

/** Writes the flow logs of one hour of the sample company into a folder, as a copy of the bucket would hold them. */
export function writeSampleFlowLogs(folder: string): void {
  const { company, aws } = sampleCompany();
  subscribeFlowLogs(aws);
  playTraffic(company, aws, 1);
  for (const { bucket, key } of aws.sandbox.flowLogs.deliver()) {
    const path = join(folder, key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, aws.sandbox.s3.getObject(bucket, key).body);
  }
}
