import { describe, expect, it } from "vitest";
import { parseFlowLogKey } from "./flow-log-key.ts";
import { formatUtc } from "./utc-time.ts";

const NAME = "123456789012_vpcflowlogs_eu-central-1_fl-0123456789abcdef0_20260815T0430Z_8a3f01bc.log";
const PLAIN = "AWSLogs/123456789012/vpcflowlogs/eu-central-1/2026/08/15";
const HIVE =
  "AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=eu-central-1/year=2026/month=08/day=15";

describe("parseFlowLogKey", () => {
  it.each([
    { key: `${PLAIN}/${NAME}.gz`, format: "text" },
    { key: `${PLAIN}/04/${NAME}.gz`, format: "text" },
    { key: `team/logs/${PLAIN}/${NAME}.gz`, format: "text" },
    { key: `${HIVE}/${NAME}.gz`, format: "text" },
    { key: `${HIVE}/hour=04/${NAME}.parquet`, format: "parquet" },
    { key: `p/${HIVE}/hour=04/${NAME}.parquet`, format: "parquet" },
    {
      key: `${PLAIN}/${NAME.replace("0123456789abcdef0", "01234567")}.gz`,
      format: "text",
      id: "fl-01234567",
    },
  ])("reads $key", ({ key, format, id = "fl-0123456789abcdef0" }) => {
    const read = parseFlowLogKey(key);
    expect(read).toMatchObject({ account: "123456789012", region: "eu-central-1", flowLogId: id, format });
    expect([read?.slot.start, read?.slot.end].map((time) => formatUtc(time ?? 0))).toEqual([
      "2026-08-15T04:30:00Z",
      "2026-08-15T04:35:00Z",
    ]);
  });

  it.each([
    "",
    NAME,
    `${PLAIN}/${NAME}`,
    `${PLAIN}/${NAME}.gz.tmp`,
    `${PLAIN}/x/${NAME}.gz`,
    `MyAWSLogs/123456789012/vpcflowlogs/eu-central-1/2026/08/15/${NAME}.gz`,
    `${PLAIN.replace("123456789012", "999999999999")}/${NAME}.gz`,
    `${PLAIN}/${NAME.replace("0815T", "1315T")}.gz`,
    "AWSLogs/123456789012/CloudTrail/eu-central-1/2026/08/15/123456789012_CloudTrail_eu-central-1_20260815T0430Z_x.json.gz",
    "AWSLogs/123456789012/vpcflowlogs/eu-central-1/2026/08/15/",
  ])("does not take %j for a flow log", (key) => expect(parseFlowLogKey(key)).toBeUndefined());
});

describe("formatUtc", () => {
  it("agrees with the calendar of the runtime", () => {
    for (let day = -3000; day < 40_000; day += 13) {
      const seconds = day * 86_400 + 12_345;
      expect(formatUtc(seconds)).toBe(`${new Date(seconds * 1000).toISOString().slice(0, 19)}Z`);
    }
  });
});
