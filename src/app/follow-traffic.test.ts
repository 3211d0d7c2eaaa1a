import { expect, it } from "vitest";
import { knownDatabases } from "../core/flow/known-databases.ts";
import type { FlowLogObjects } from "../ports/flow-log-objects.ts";
import { followTraffic } from "./follow-traffic.ts";

const HEADER = "version srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
const line = (consumer: string): string =>
  `2 ${consumer} 10.0.9.9 40000 5432 6 1 60 1700000000 1700000060 ACCEPT OK`;

it("reads each object once, and adds what came since to what it knew", async () => {
  const objects = new Map<string, string>([["one.log", line("10.0.0.1")]]);
  const reads: string[] = [];
  const list = (): FlowLogObjects => ({
    async *list() {
      for (const [name, text] of objects) {
        yield {
          name,
          async *read() {
            reads.push(name);
            yield Buffer.from(`${HEADER}\n${text}\n`);
          },
        };
      }
    },
  });
  const look = followTraffic(list);
  expect((await look()).objects).toBe(1);
  expect((await look()).objects).toBe(0);
  objects.set("two.log", `${line("10.0.0.2")}\nnonsense`);
  const { traffic, objects: fresh } = await look();
  expect(fresh).toBe(1);
  expect(reads).toEqual(["one.log", "two.log"]);
  expect(traffic.findings.map(({ code }) => code)).toEqual([
    "FLOW_LOG_FIELDS_ABSENT",
    "FLOW_LINES_MALFORMED",
  ]);
  expect(traffic.table.conversations(knownDatabases([])).map(({ consumer }) => consumer)).toEqual([
    "10.0.0.1",
    "10.0.0.2",
  ]);
});

it("reads all anew when a file was written to again, so that no record counts twice", async () => {
  const texts = new Map([
    ["grows.log", line("10.0.0.1")],
    ["stays.log", line("10.0.0.2")],
  ]);
  const list = (): FlowLogObjects => ({
    async *list() {
      for (const [name, text] of texts) {
        yield {
          name,
          version: `${text.length}`,
          async *read() {
            yield Buffer.from(`${HEADER}\n${text}\n`);
          },
        };
      }
    },
  });
  const look = followTraffic(list);
  expect((await look()).objects).toBe(2);
  expect((await look()).objects).toBe(0);
  texts.set("grows.log", `${line("10.0.0.1")}\n${line("10.0.0.3")}`);
  const { traffic, objects } = await look();
  expect(objects).toBe(2);
  const seen = traffic.table.conversations(knownDatabases([]));
  expect(seen.map(({ consumer, records }) => `${consumer} ${records}`)).toEqual([
    "10.0.0.1 1",
    "10.0.0.2 1",
    "10.0.0.3 1",
  ]);
  expect((await look()).objects).toBe(0);
});

async function* text(consumer: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${HEADER}\n${line(consumer)}\n`);
}

it("forgets nothing of what can be read only once", async () => {
  let version = "1";
  const list = (): FlowLogObjects => ({
    async *list() {
      yield { name: "standard input", once: true, read: () => text("10.0.0.1") };
      yield { name: "a.log", version, read: () => text("10.0.0.2") };
    },
  });
  const look = followTraffic(list);
  await look();
  version = "2";
  const { traffic, objects } = await look();
  expect([objects, traffic.table.conversations(knownDatabases([])).length]).toEqual([0, 2]);
});

it("leaves to another look what one that failed has only looked ahead to", async () => {
  let fails = true;
  const text = (name: string): Buffer => Buffer.from(`${HEADER}\n${line(name)}\n`);
  const list = (): FlowLogObjects => ({
    async *list() {
      for (const name of ["10.0.0.1", "10.0.0.2", "10.0.0.3"]) {
        yield {
          name,
          size: 1,
          async *read() {
            if (fails && name === "10.0.0.2") throw new Error("no credentials");
            yield text(name);
          },
        };
      }
    },
  });
  const look = followTraffic(list);
  await expect(look()).rejects.toThrow("no credentials");
  fails = false;
  const { traffic } = await look();
  expect(traffic.table.conversations(knownDatabases([])).map(({ consumer }) => consumer)).toContain(
    "10.0.0.3",
  );
});
