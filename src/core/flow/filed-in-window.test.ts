import { describe, expect, it } from "vitest";
import { filedInWindow } from "./filed-in-window.ts";
import { utcSeconds } from "./utc-time.ts";

const PLAIN = "logs/AWSLogs/111122223333/vpcflowlogs/eu-west-1";
const HIVE = "AWSLogs/aws-account-id=111122223333/aws-service=vpcflowlogs/aws-region=eu-west-1";
/** 12:00 to 13:00. */
const WINDOW = { start: utcSeconds(2026, 3, 1, 12, 0), end: utcSeconds(2026, 3, 1, 13, 0) };
const file = (time: string): string =>
  `111122223333_vpcflowlogs_eu-west-1_fl-0a1b2c3d_20260301T${time}Z_a1.log.gz`;

describe("filedInWindow", () => {
  it.each([
    { name: `${PLAIN}/2026/`, want: true },
    { name: `${PLAIN}/2025/`, want: false },
    { name: `${PLAIN}/2026/03/`, want: true },
    { name: `${PLAIN}/2026/02/`, want: false },
    { name: `${PLAIN}/2026/12/`, want: false },
    { name: `${PLAIN}/2026/03/01/`, want: true },
    { name: `${PLAIN}/2026/03/02/`, want: false },
    { name: `${PLAIN}/2026/03/01/10/`, want: false },
    { name: `${PLAIN}/2026/03/01/11/`, want: true },
    { name: `${PLAIN}/2026/03/01/12/`, want: true },
    { name: `${PLAIN}/2026/03/01/14/`, want: true },
    { name: `${PLAIN}/2026/03/01/15/`, want: false },
    { name: `${HIVE}/year=2026/`, want: true },
    { name: `${HIVE}/year=2026/month=04/`, want: false },
    { name: `${HIVE}/year=2026/month=03/day=01/`, want: true },
    { name: `${HIVE}/year=2026/month=03/day=03/`, want: false },
    { name: `${HIVE}/year=2026/month=03/day=01/hour=09/`, want: false },
    { name: `${PLAIN}/2026/03/01/${file("1200")}`, want: true },
    { name: `${PLAIN}/2026/03/01/${file("1145")}`, want: true },
    { name: `${PLAIN}/2026/03/01/${file("1135")}`, want: false },
    { name: `${PLAIN}/2026/03/01/${file("1400")}`, want: true },
    { name: `${PLAIN}/2026/03/01/${file("1405")}`, want: false },
    { name: "AWSLogs/111122223333/", want: true },
    { name: "anything/2019/01/01/else.log", want: true },
    { name: `${PLAIN}/2025`, want: true },
  ])("$name: $want", ({ name, want }) => expect(filedInWindow(name, WINDOW)).toBe(want));
});
