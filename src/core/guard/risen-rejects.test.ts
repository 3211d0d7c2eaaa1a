import { describe, expect, it } from "vitest";
import { arnOf, database, group, inventory, rule } from "../../../test/fixtures/inventory.ts";
import { allows, planOf } from "../../../test/fixtures/plan.ts";
import type { Conversation } from "../flow/conversation.ts";
import { formatUtc } from "../flow/utc-time.ts";
import type { Address } from "../net/address.ts";
import { type Attempts, attemptsAt, risenRejects } from "./risen-rejects.ts";

const { databases } = planOf({
  inventory: inventory({
    databases: [database("orders", ["sg-old"])],
    securityGroups: [group("sg-old", [rule("10.0.0.0/8")])],
  }),
  policies: [allows("orders", ["10.0.1.0/24"])],
});
const MOST = 2;
const orders = arnOf("orders");
const at = (consumer: string, accepted: number, rejected: number): Attempts => ({
  database: orders,
  consumer,
  accepted,
  rejected,
});

describe("risenRejects", () => {
  it.each([
    { name: "an allowed consumer is refused", now: [at("10.0.1.7", 0, 3)], want: ["10.0.1.7 3"] },
    {
      name: "what several reads tell is one sum",
      now: [at("10.0.1.7", 0, 2), at("10.0.1.7", 0, 2)],
      want: ["10.0.1.7 4"],
    },
    { name: "as many as are borne", now: [at("10.0.1.7", 0, MOST)], want: [] },
    { name: "policy does not allow it", now: [at("10.0.2.7", 0, 9)], want: [] },
    {
      name: "something refused it all along",
      before: [at("10.0.1.7", 0, 40)],
      now: [at("10.0.1.7", 0, 9)],
      want: [],
    },
    {
      name: "the share is that of before",
      before: [at("10.0.1.7", 90, 10)],
      now: [at("10.0.1.7", 36, 4)],
      want: [],
    },
    {
      name: "the share is much larger",
      before: [at("10.0.1.7", 90, 10)],
      now: [at("10.0.1.7", 30, 10)],
      want: ["10.0.1.7 10"],
    },
    {
      name: "another database is none of ours",
      now: [{ ...at("10.0.1.7", 0, 9), database: "arn:other" }],
      want: [],
    },
  ])(
    "$name -> $want",
    ({ before = [], now, want }: { before?: Attempts[]; now: Attempts[]; want: string[] }) => {
      const risen = risenRejects(before, now, databases, { most: MOST });
      expect(risen.map(({ consumer, records }) => `${consumer} ${records}`)).toEqual(want);
    },
  );
});

describe("risenRejects of those that were served before", () => {
  it.each([
    { name: "one that was cut off", before: [at("10.0.2.7", 9, 0)], want: ["10.0.2.7 false"] },
    { name: "one that never came before", before: [], want: [] },
    { name: "one that was refused before as well", before: [at("10.0.2.7", 1, 9)], want: [] },
  ])("has $name -> $want", ({ before, want }) => {
    const bounds = { most: MOST, servedBefore: true };
    const risen = risenRejects(before, [at("10.0.2.7", 0, 9)], databases, bounds);
    expect(risen.map(({ consumer, allowed }) => `${consumer} ${allowed}`)).toEqual(want);
  });
});

describe("attemptsAt", () => {
  const address: Address = { family: 4, value: 0x0a000904 };
  const addresses = [{ address, arn: orders, id: "orders", port: 3306 }];
  const seen = (over: Partial<Conversation> = {}): Conversation => ({
    consumer: "10.0.1.7",
    provider: "10.0.9.4",
    port: 3306,
    protocol: "tcp",
    action: "REJECT",
    records: 5,
    orientedBy: "syn",
    firstSeen: formatUtc(1_000),
    ...over,
  });

  it.each([
    { name: "refused records", flow: seen(), want: [at("10.0.1.7", 0, 5)] },
    { name: "accepted records", flow: seen({ action: "ACCEPT" }), want: [at("10.0.1.7", 5, 0)] },
    { name: "another port", flow: seen({ port: 22 }), want: [] },
    { name: "another address", flow: seen({ provider: "10.0.9.5" }), want: [] },
    { name: "no TCP", flow: seen({ protocol: "udp" }), want: [] },
    { name: "begun with the change", flow: seen(), since: 1_000, want: [at("10.0.1.7", 0, 5)] },
    { name: "begun before the change", flow: seen(), since: 1_001, want: [] },
  ])("counts $name", ({ flow, since, want }) => {
    expect(
      attemptsAt([flow], addresses, since === undefined ? undefined : new Map([[orders, since]])),
    ).toEqual(want);
  });

  it("counts nothing of a database that was not changed, and what bears no time of one that was", () => {
    const { firstSeen: _, ...timeless } = seen();
    expect(attemptsAt([seen()], addresses, new Map())).toEqual([]);
    expect(attemptsAt([timeless], addresses, new Map([[orders, 9_999]]))).toHaveLength(1);
  });
});
