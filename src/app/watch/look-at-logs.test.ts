import { describe, expect, it } from "vitest";
import { arnOf, database, group, inventory, networkInterface } from "../../../test/fixtures/inventory.ts";
import type { LogHour } from "../../core/history/history-answers.ts";
import type { HistorySpan } from "../../core/history/live-rows.ts";
import type { LogRecords } from "../../core/history/log-record.ts";
import { type FlowLog, MISSION_FORMAT } from "../../core/onboard/flow-log.ts";
import { AwsFault } from "../../ports/aws-fault.ts";
import { HistoryFault } from "../../ports/flow-history.ts";
import { lookAtLogs } from "./look-at-logs.ts";

const HOUR = 3600;
const START = 1_000_000 * HOUR;
const ARN = arnOf("orders");
const world = inventory({
  databases: [database("orders", ["sg-a"])],
  securityGroups: [group("sg-a", [])],
  networkInterfaces: [
    networkInterface("eni-1", ["10.0.9.5"], ["sg-a"], { description: "RDSNetworkInterface" }),
  ],
});
const { accountId: account, region } = world;
const log: FlowLog = {
  flowLogId: "fl-1",
  resourceId: "eni-1",
  status: "ACTIVE",
  trafficType: "ALL",
  bucket: "arn:aws:s3:::logs",
  format: MISSION_FORMAT,
  tags: {},
};

/** A place with a flow log and a history, and looks at it hour after hour. */
class Place {
  logs: readonly FlowLog[] = [log];
  fault: Error | undefined;
  asked: HistorySpan[] = [];
  objects: { readonly hour: number; readonly flowLog: string }[] = [];
  tellers: string[] = [];
  records: LogRecords = new Map();

  deliver(from: number, to: number, flowLog = "fl-1"): void {
    for (let hour = from; hour < to; hour += 1) this.objects.push({ hour, flowLog });
  }

  async look(hour: number) {
    const ports = {
      subscriptions: async () => this.logs,
      history: async (span: HistorySpan) => {
        this.asked.push(span);
        if (this.fault !== undefined) throw this.fault;
        const hours = this.objects
          .map((each) => ({ flowLog: each.flowLog, hourStart: START + each.hour * HOUR }))
          .filter(({ hourStart }) => hourStart >= (span.since ?? 0))
          .map((each): LogHour => ({ account, region, ...each, ...COUNTS }));
        const tellers = this.tellers.map((flowLog) => ({ databaseArn: ARN, account, region, flowLog }));
        return { hours, tellers };
      },
    };
    const seen = await lookAtLogs(ports, world, this.records, START + hour * HOUR, () => true);
    this.records = seen.records;
    return { ...seen, ...seen.standings.get(ARN) };
  }
}
const COUNTS = { objects: 1, records: 0, skipData: 0, malformed: 0, incomplete: 0 };

describe("lookAtLogs", () => {
  it("asks the history once in two hours while all goes well, of the place of the database only", async () => {
    const place = new Place();
    place.deliver(0, 100);
    for (let minute = 0; minute < 24 * 60; minute += 5) {
      const seen = await place.look(100 + minute / 60);
      if (minute % 60 === 0) place.deliver(100 + minute / 60, 101 + minute / 60);
      expect(seen.lost).toBeUndefined();
    }
    expect(place.asked.length).toBeGreaterThan(6);
    expect(place.asked.length).toBeLessThan(14);
    expect(place.asked[0]).toMatchObject({
      accounts: [account, "unknown"].sort(),
      regions: [region, "unknown"].sort(),
    });
  });

  it("knows a flow log without traffic by what it sees, and one of another account by what it told", async () => {
    const place = new Place();
    place.deliver(0, 30);
    expect((await place.look(30)).coversDay).toBe(true);
    const shared = new Place();
    shared.logs = [];
    shared.deliver(0, 30, "fl-owner");
    expect((await shared.look(30)).coversDay).toBe(false);
    shared.tellers = ["fl-owner"];
    expect((await shared.look(33)).lost?.what).toContain("do not come any more");
    shared.deliver(30, 34, "fl-owner");
    expect((await shared.look(33)).lost).toBeUndefined();
  });

  it("finds a flow log that was deleted at once, and that it is back", async () => {
    const place = new Place();
    await place.look(0);
    place.logs = [];
    expect((await place.look(0.1)).lost?.code).toBe("FLOW_LOGS_LOST");
    place.logs = [{ ...log, flowLogId: "fl-2" }];
    expect((await place.look(0.2)).lost).toBeUndefined();
  });

  it("finds that nothing comes for longer than it looks back, and a day of doubt after it", async () => {
    const place = new Place();
    place.deliver(0, 10);
    await place.look(10);
    expect((await place.look(11.9)).lost).toBeUndefined();
    expect((await place.look(12)).lost?.what).toContain("do not come any more");
    const later = await place.look(200);
    expect([later.lost?.code, later.isInDoubt]).toEqual(["FLOW_LOGS_LOST", true]);
    place.deliver(200, 201);
    const back = await place.look(200.5);
    expect([back.lost, back.isInDoubt]).toEqual([undefined, true]);
    place.deliver(201, 225);
    for (let hour = 202; hour < 224; hour += 1) expect((await place.look(hour)).isInDoubt).toBe(true);
    expect(await place.look(224)).toMatchObject({ isInDoubt: false, coversDay: true });
  });

  it("concludes nothing from what could not be asked, and says so", async () => {
    const place = new Place();
    place.deliver(0, 10);
    await place.look(10);
    place.fault = new HistoryFault("It is damaged", "w", "f");
    const seen = await place.look(11);
    expect(seen.findings).toEqual([]);
    const blind = await place.look(12);
    expect(blind.findings.map(({ code }) => code)).toEqual(["FLOW_LOGS_UNREAD"]);
    const denied = await lookAtLogs(
      {
        subscriptions: async () => {
          throw new AwsFault("denied", "UnauthorizedOperation", "ec2:DescribeFlowLogs", "no", "f");
        },
      },
      world,
      place.records,
      START + 11 * HOUR,
      () => true,
    );
    expect(denied.findings.map(({ code }) => code)).toEqual(["FLOW_LOGS_UNREAD"]);
    expect(denied.standings.get(ARN)?.lost).toBeUndefined();
    expect(denied.records).toEqual(place.records);
  });
});
