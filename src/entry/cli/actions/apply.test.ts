import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../../../test/support/run-cli.ts";

let folder: string;
const sources = () => ["--aws", join(folder, "aws"), "--policy", join(folder, "pce")];
const audit = () => ["--audit", join(folder, "audit.jsonl")];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "moat-apply-"));
  await runCli(["snapshot", folder, "--aws", "sandbox"]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("moat apply", () => {
  it("changes nothing where nobody can be asked and nobody said yes", async () => {
    const { code, out, err } = await runCli(["apply", "--aws", "live", ...audit()]);
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).toContain("✗ Nobody can be asked whether to apply");
    expect(err).toContain("--yes");
  });

  it("cannot write to a folder, asked or not", async () => {
    const { code, err } = await runCli(["apply", "--yes", ...sources(), ...audit()]);
    expect(code).toBe(1);
    expect(err).toContain("is a snapshot");
  });

  it("asks nobody in the sandbox, and records each write", async () => {
    const { code, out } = await runCli(["apply", "--aws", "sandbox", ...audit()]);
    expect(code).toBe(0);
    expect(out).toContain("✓ orders: 6 steps done");
    expect(readFileSync(join(folder, "audit.jsonl"), "utf8").trim().split("\n")).toHaveLength(8);
  });

  it("writes nothing when the record cannot be written", async () => {
    const { code, err } = await runCli([
      "apply",
      "--aws",
      "sandbox",
      "--audit",
      join(folder, "no/such/folder"),
    ]);
    expect(code).toBe(1);
    expect(err).toContain("cannot be used: ENOENT");
  });

  it("does what a saved plan says, and refuses it once the world moved", async () => {
    const saved = join(folder, "plan.json");
    expect((await runCli(["plan", "--aws", "sandbox", "--out", saved])).code).toBe(2);
    expect((await runCli(["apply", saved, "--aws", "sandbox", ...audit()])).code).toBe(0);
    writeFileSync(saved, readFileSync(saved, "utf8").replaceAll("10.20.1.21/32", "10.20.1.22/32"));
    const moved = await runCli(["apply", saved, "--aws", "sandbox", ...audit()]);
    expect(moved.code).toBe(3);
    expect(moved.err).toContain("The world moved since");
  });

  it.each([
    { text: "not json", what: "is not a saved plan" },
    { text: '{"version":1,"kind":"flows"}', what: "is not a saved plan" },
  ])("refuses a plan that is none: $text", async ({ text, what }) => {
    const saved = join(folder, "none.json");
    writeFileSync(saved, text);
    const { code, err } = await runCli(["apply", saved, "--aws", "sandbox", ...audit()]);
    expect(code).toBe(1);
    expect(err).toContain(what);
  });

  it("changes only the databases that were named", async () => {
    const { code, out } = await runCli(["apply", "--aws", "sandbox", "--database", "ledger", ...audit()]);
    expect(code).toBe(0);
    expect(out).toContain("✓ ledger: 6 steps done");
    expect(out).not.toContain("orders:");
    expect(out).toContain("2 left out");
  });

  it("carries out a saved plan of some databases, and leaves the others alone", async () => {
    const saved = join(folder, "one.json");
    const plan = await runCli(["plan", "--aws", "sandbox", "--database", "orders", "--out", saved]);
    expect(plan.code).toBe(2);
    const { code, out } = await runCli(["apply", saved, "--aws", "sandbox", "--json", ...audit()]);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      outcomes: [{ id: "orders", status: "done" }],
      plan: { databases: [{ id: "orders", inSync: true }], leftOut: 2 },
    });
  });

  it("takes a saved plan whole", async () => {
    const { code, err } = await runCli(["apply", "plan.json", "--database", "orders", "--aws", "sandbox"]);
    expect(code).toBe(1);
    expect(err).toContain('--database has no place beside "plan.json"');
  });

  it("names the nearest where there is no such database", async () => {
    const { code, out, err } = await runCli(["apply", "--aws", "sandbox", "--database", "order", ...audit()]);
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).toContain('Did you mean "orders", "orders-dev"?');
  });
});
