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
