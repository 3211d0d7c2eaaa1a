import { afterAll, beforeAll, expect, it } from "vitest";
import { describeWith } from "../support/describe-with.ts";
import { findPython } from "../support/python.ts";
import { templateOf } from "./hub-stack.ts";
import { MINISTACK_LACKS, type MinistackLab, ministackLab } from "./ministack-lab.ts";

const python = {
  name: "ministack in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};
const STRANGERS = "198.51.100.0/24 1";
/** Moat gives way after six repairs of a database in an hour, so some are kept back; the first of each warms up. */
const MEASURED = 3;
const TARGET_MS = 2_000;

describeWith(python, "the hub on ministack, as its template makes it", (found) => {
  let lab: MinistackLab;
  beforeAll(async () => {
    lab = await ministackLab(found);
  });
  afterAll(async () => {
    await lab?.close();
  });

  async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<number> {
    const start = performance.now();
    while (!(await holds())) {
      if (performance.now() - start > 45_000)
        throw new Error(`${what} did not happen: ${lab.printed().slice(-8_000)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return performance.now() - start;
  }

  it("is deployed whole, but for what ministack does not know", () => {
    expect(lab.hub.failures).toEqual([]);
    expect(lab.hub.status).toBe("CREATE_COMPLETE");
    const all = Object.entries(templateOf("moat-hub-enforce").Resources);
    const missing = all.filter(([name]) => !lab.hub.ids.has(name)).map(([, { Type }]) => Type);
    expect(missing).toEqual(MINISTACK_LACKS);
  });

  it("takes flow-log objects from the bucket to the PCE and the history, and puts databases behind their moats", async () => {
    const legacy = ["orders", "ledger"].map((id) => lab.rules(id));
    expect(legacy.flat()).toContain("10.20.0.0/16 3306");
    expect(await lab.work()).toBeGreaterThan(0);
    await until("the moat", () => ["orders", "ledger"].every((id) => !lab.rules(id).join().includes("/16")));
    expect(lab.pce.sandbox.receivedFlows.length).toBeGreaterThan(0);
    expect(lab.rules("orders")).not.toEqual([]);
    await until(
      "empty queues",
      async () => (await lab.waiting("Objects")) + (await lab.waiting("Databases")) === 0,
    );
    expect(await lab.kept("history/")).not.toEqual([]);
    expect(await lab.kept("audit/")).not.toEqual([]);
    for (const dead of ["ObjectsDead", "HintsDead", "DatabasesDead"]) expect(await lab.waiting(dead)).toBe(0);
  });

  it("repairs a group within two seconds of the event on the bus", async () => {
    const times: number[] = [];
    for (let round = 0; round <= MEASURED; round += 1)
      for (const database of ["orders", "ledger"]) {
        const before = lab.rules(database);
        const event = await lab.tamper(database);
        expect(lab.rules(database)).toContain(STRANGERS);
        const start = performance.now();
        await lab.announce(event);
        await until(`repair ${round} of ${database}`, () => !lab.rules(database).includes(STRANGERS));
        const took = performance.now() - start;
        if (round > 0) times.push(took);
        expect(lab.rules(database)).toEqual(before);
        await until(
          "empty queues",
          async () => (await lab.waiting("Hints")) + (await lab.waiting("Databases")) === 0,
        );
      }
    const sorted = times.toSorted((a, b) => a - b).map(Math.round);
    const median = sorted[Math.floor(sorted.length / 2)] ?? Number.POSITIVE_INFINITY;
    console.log(
      `from the event on the bus to the repaired group: median ${median} ms of ${sorted.join(", ")}`,
    );
    expect(median).toBeLessThan(TARGET_MS);
  });

  it("repairs the canary when the heartbeat's event comes by", async () => {
    const event = await lab.beat();
    expect(lab.canaryRules()).toBe(1);
    const start = performance.now();
    await lab.announce(event);
    await until("the canary's repair", () => lab.canaryRules() === 0);
    console.log(
      `from the heartbeat's event on the bus to its repair: ${Math.round(performance.now() - start)} ms`,
    );
    await until("the figure", () => lab.printed().includes('"CanaryRepairs":1'));
  });

  it("asks its history who would lose access, and takes it from nobody who was seen before a person says so", async () => {
    expect(lab.printed()).toMatch(/"message":"history read"/);
    expect(lab.printed()).not.toContain("NO_FLOW_HISTORY");
    const before = lab.rules("orders");
    const retired = lab.pce.workloads.get("web-1") ?? "";
    const labels = { app: "orders", env: "prod", loc: "eu", role: "retired" };
    lab.pce.sandbox.seed.relabel(retired, labels);
    const token = /"gate":"losesAccess","acknowledge":"(losesAccess:orders:[0-9a-f]{8})"/;
    await until("the refusal", async () => {
      await lab.sweep();
      return token.test(lab.printed());
    });
    // By then a second answer of policy says so, too.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await lab.sweep();
    expect(await lab.waiting("Databases")).toBe(0);
    expect(lab.rules("orders")).toEqual(before);
    await lab.acknowledge(`${token.exec(lab.printed())?.[1]}  # web-1 is retired\n`);
    await until("the revocation", async () => {
      await lab.sweep();
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return !lab.rules("orders").join().includes("10.20.1.11");
    });
    expect(lab.rules("orders").length).toBeGreaterThan(0);
  });

  it("says who it was", () => {
    expect(lab.printed()).toMatch(/"kind":"ruleAdded".*"who":"alex"/);
  });
});
