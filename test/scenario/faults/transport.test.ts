import { globSync, readFileSync } from "node:fs";

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { FaultAnswer } from "../../../src/sandbox/pce/index.ts";
import { allowInLab } from "../lab.ts";
import { faultLab, oldGet, planned, WEB_ADDRESSES } from "./fault-lab.ts";
import { oldGrants } from "./old-lambda.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

describe("transport", () => {
  it.each<{ readonly name: string; readonly answer: FaultAnswer; readonly kind: string }>([
    { name: "401", answer: { kind: "status", status: 401 }, kind: "credentials" },
    { name: "403", answer: { kind: "status", status: 403 }, kind: "denied" },
    { name: "500 for good", answer: { kind: "status", status: 500 }, kind: "serverError" },
    { name: "an HTML page", answer: { kind: "html", status: 200 }, kind: "badAnswer" },
    { name: "half a body", answer: { kind: "truncated" }, kind: "badAnswer" },
    { name: "a broken connection", answer: { kind: "disconnect" }, kind: "badAnswer" },
  ])("tells $name for what it is, and writes nothing on it", async ({ answer, kind }) => {
    const lab = faultLab();
    allowInLab(lab, "orders", ["role=web"]);
    lab.pce.faults.add({ when: ({ path }) => path.includes("rule_sets"), answer });
    await expect(lab.run()).rejects.toMatchObject({ name: "PolicyFault", kind });
    expect(lab.writes()).toEqual([]);
    // The old functions took whatever came for the rows that they had asked for.
    await expect(oldGrants(oldGet(lab), "orders production")).rejects.not.toMatchObject({
      name: "PolicyFault",
    });
  });

  it("waits and asks again when the PCE is busy, and then goes on", async () => {
    const lab = faultLab();
    allowInLab(lab, "orders", ["role=web"]);
    lab.pce.faults.add({
      when: ({ path }) => path.includes("rule_sets"),
      answer: { kind: "status", status: 429 },
      times: 1,
    });
    expect(planned(await lab.plan())).toEqual(WEB_ADDRESSES);
    lab.pce.faults.add({
      when: ({ path }) => path.includes("rule_sets"),
      answer: { kind: "status", status: 429 },
      times: 1,
    });
    await expect(oldGrants(oldGet(lab), "orders production")).rejects.toThrow();
  });

  it("talks to the PCE by a client of its own, not one that another package happens to carry", () => {
    const borrowed = /from "(?!\.|node:|zod")[^"]+"/;
    const files = globSync("src/adapters/pce/**/*.ts", { cwd: ROOT }).filter(
      (path) => !path.endsWith(".test.ts"),
    );
    expect(files.length).toBeGreaterThan(20);
    const found = files.filter((path) => borrowed.test(readFileSync(join(ROOT, path), "utf8")));
    expect(found).toEqual([]);
    expect(borrowed.test(`import requests from "@aws-sdk/vendored/requests"`)).toBe(true);
  });
});
