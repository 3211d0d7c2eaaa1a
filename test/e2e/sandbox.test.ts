import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Finished, type MoatSandbox, moat, startMoatSandbox } from "../support/moat-process.ts";

/** One document and nothing else: a program pipes standard output into its parser. */
const jsonOf = ({ out }: Finished): Record<string, unknown> => JSON.parse(out) as Record<string, unknown>;

interface StatusLine {
  readonly id: string;
  readonly mode: string;
  readonly inSync: boolean;
  readonly attachedGroups: readonly string[];
}

describe("moat sandbox, and moat in another shell", () => {
  let sandbox: MoatSandbox;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "moat-e2e-"));
    sandbox = await startMoatSandbox();
  });
  afterAll(async () => {
    await sandbox?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const at = (...args: readonly string[]) => moat(args, sandbox.env);
  const audit = () => ["--audit", join(folder, "audit.jsonl")];
  const databases = async (): Promise<readonly StatusLine[]> =>
    jsonOf(await at("status", "--json")).databases as readonly StatusLine[];

  it("names everything that a client needs", () => {
    expect(Object.keys(sandbox.env)).toEqual(
      expect.arrayContaining([
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "MOAT_POLICY",
        "MOAT_PCE_KEY",
        "MOAT_PCE_SECRET",
      ]),
    );
  });

  it("status: 0, with every database", async () => {
    expect((await databases()).map((d) => [d.id, d.mode])).toEqual([
      ["ledger", "enforce"],
      ["orders", "enforce"],
      ["orders-dev", "observe"],
    ]);
  });

  it("flows and plan find the scanner in the flow logs that are there already: 3", async () => {
    const flows = sandbox.flows ?? "";
    const seen = jsonOf(await at("flows", flows, "--aws", "live", "--consumer", "10.20.1.99", "--json"));
    expect(seen.conversations).toHaveLength(2);
    const plan = await at("plan", "--flows", flows, "--json");
    expect(plan.code).toBe(3);
    expect(jsonOf(plan)).toMatchObject({ version: 1, kind: "plan" });
  });

  it("a plan from a snapshot is the live plan, to the byte", async () => {
    expect((await at("snapshot", folder, "--aws", "live")).code).toBe(0);
    const live = await at("plan", "--json");
    const saved = await moat([
      "plan",
      "--json",
      "--aws",
      join(folder, "aws"),
      "--policy",
      join(folder, "pce"),
    ]);
    expect(live.code).toBe(2);
    expect(saved.code).toBe(2);
    expect(saved.out).toBe(live.out);
  });

  it("apply asks first, and there is nobody to ask: 1, and nothing is written", async () => {
    const before = (await at("plan", "--json")).out;
    const { code, out, err } = await at("apply", ...audit());
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("✗ Nobody can be asked");
    expect((await at("plan", "--json")).out).toBe(before);
  });

  it("apply --yes: 0, and then there is nothing to do: 0", async () => {
    const applied = await at("apply", "--yes", "--json", ...audit());
    expect(applied.code).toBe(0);
    expect(jsonOf(applied)).toMatchObject({ kind: "apply", writeCalls: 8 });
    expect((await at("plan")).code).toBe(0);
    const again = await at("apply", "--yes", "--json", ...audit());
    expect(jsonOf(again)).toMatchObject({ writeCalls: 0, outcomes: [] });
  });

  it("mode, a saved plan, and the same plan a second time: 0, 2, 0, 3", async () => {
    const saved = join(folder, "plan.json");
    expect((await at("mode", "enforce", "orders-dev", ...audit())).code).toBe(0);
    expect((await at("plan", "--out", saved)).code).toBe(2);
    expect((await at("apply", saved, ...audit())).code).toBe(0);
    const again = await at("apply", saved, ...audit());
    expect(again.code).toBe(3);
    expect(again.err).toContain("The world moved since");
  });

  it("rollback: 0, and the database is only observed from then on", async () => {
    const rolledBack = await at("rollback", "orders", "--json", ...audit());
    expect(rolledBack.code).toBe(0);
    expect(jsonOf(rolledBack)).toMatchObject({ kind: "rollback", id: "orders", status: "done" });
    const [, orders] = await databases();
    expect(orders).toMatchObject({ id: "orders", mode: "observe", inSync: false });
  });

  it("prints text without colour codes and within 80 columns when piped", async () => {
    for (const args of [["status"], ["plan"], ["flows", sandbox.flows ?? ""]]) {
      const { out } = await at(...args);
      expect(out).not.toContain("\u001b");
      expect(out.split("\n").find((line) => [...line].length > 80)).toBeUndefined();
    }
  });
});

describe("moat sandbox", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("stops cleanly on %s", async (signal) => {
    const sandbox = await startMoatSandbox("--empty");
    expect(await sandbox.stop(signal)).toBe(0);
  });

  it("is empty when asked to be, and refuses a port that is taken", async () => {
    const sandbox = await startMoatSandbox("--empty");
    try {
      const { code, out } = await moat(["status"], sandbox.env);
      expect([code, out]).toEqual([0, "No database was found.\n"]);
      const { port } = new URL(sandbox.env.AWS_ENDPOINT_URL ?? "");
      const second = await moat(["sandbox", "--port", port]);
      expect(second.code).toBe(1);
      expect(second.err).toContain("cannot be had (EADDRINUSE)");
    } finally {
      await sandbox.stop();
    }
  });
});

describe("a folder that is no snapshot", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "moat-e2e-"));
    writeFileSync(join(folder, "describe-db-instances.json"), '{"DBInstances": [');
    writeFileSync(join(folder, "labels.json"), "[");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    {
      name: "no folder",
      aws: "/nonexistent",
      policy: undefined,
      what: 'neither "live" nor "sandbox" nor a folder',
    },
    { name: "broken JSON from AWS", aws: "", policy: undefined, what: "describe-db-instances.json" },
    { name: "broken JSON from the PCE", aws: "sandbox", policy: "", what: "labels.json" },
  ])("is a clear error: $name", async ({ aws, policy, what }) => {
    const sources = ["--aws", aws === "" ? folder : aws, "--policy", policy === "" ? folder : "/tmp"];
    const { code, out, err } = await moat(["plan", "--json", ...sources]);
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(what);
    expect(err).toMatch(/why: .+[\s\S]+fix: /);
  });
});
