import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliRun, runCli, tooWide } from "../support/run-cli.ts";

/** A client of `orders` that policy allows, and the database's own address. */
const [WEB, ORDERS] = ["10.20.1.11", "10.20.9.20"];
/** Long after the sandbox's change of the canary. */
const LATER = Date.UTC(2026, 0, 6) / 1000;

let folder: string;
let runs = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "moat-waves-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * Runs a command with `orders` as the canary, and puts one flow-log file into the folder that it follows, at the first
 * line of progress that says so.
 */
async function canary(
  command: readonly string[],
  { action, at }: { readonly action: string; readonly at: string },
): Promise<CliRun & { readonly written: number }> {
  runs += 1;
  const here = join(folder, String(runs));
  const flows = join(here, "flows");
  mkdirSync(flows, { recursive: true });
  const config = join(here, "moat.yaml");
  writeFileSync(config, "waves:\n  canary: [orders]\n  percent: [100]\n  watchMinutes: 15\n");
  const ports = [40_001, 40_002, 40_003, 40_004];
  const lines = ports.map(
    (port) => `${WEB} ${ORDERS} ${port} 3306 6 2 4 120 ${LATER} ${LATER + 5} ${action} OK ingress\n`,
  );
  const head = "srcaddr dstaddr srcport dstport protocol tcp-flags packets bytes start end action log-status";
  let written = 0;
  const run = await runCli(
    [...command, "--aws", "sandbox", "--config", config, "--flows", flows, "--audit", join(here, "audit")],
    {
      onProgress: (text) => {
        if (written > 0 || !text.includes(at)) return;
        written += 1;
        writeFileSync(join(flows, "later.log"), `${head} flow-direction\n${lines.join("")}`);
      },
    },
  );
  return { ...run, written };
}

describe.each([
  // A watch tells of waves when it is over, so the file comes with the canary's last step.
  { command: ["apply", "--json"], at: "Watching flow logs" },
  { command: ["watch", "--once", "--json"], at: "orders" },
])("moat $command.0 in waves", ({ command, at }) => {
  it("ends with 3 where the canary refuses a client that policy allows, and leaves the rest alone", async () => {
    const { code, out, written } = await canary(command, { action: "REJECT", at });
    expect(written).toBe(1);
    expect(code).toBe(3);
    expect(out).toContain("ALLOWED_CONSUMERS_REJECTED");
    expect(out).toContain(`${WEB} at \\"orders\\"`);
    expect(inSync(out)).toEqual({ ledger: false, orders: true });
  });

  it("ends with 0 where its clients fare well", async () => {
    const { code, out, written } = await canary(command, { action: "ACCEPT", at });
    expect([written, code]).toEqual([1, 0]);
    expect(inSync(out)).toEqual({ ledger: true, orders: true });
  });
});

describe("what a person reads of a wave that stopped", () => {
  it("says who is refused, and what to do", async () => {
    const { code, out, err } = await canary(["apply"], { action: "REJECT", at: "Watching flow logs" });
    expect(code).toBe(3);
    expect(out).toContain("✗ The waves are stopped:");
    expect(out.replaceAll(/\s+/g, " ")).toContain('go back with "moat rollback orders"');
    expect(err).toContain("1 database of later waves was left alone");
    expect(tooWide(out)).toBeUndefined();
  });
});

/** Which enforced databases are as policy says at the end, from the last document that a command printed. */
function inSync(out: string): Readonly<Record<string, boolean>> {
  const documents = out.trimEnd().startsWith("{\n")
    ? [out]
    : out.split("\n").filter((line) => line.includes('"databases"'));
  const last = JSON.parse(documents.at(-1) ?? "") as Document;
  const { databases } = last.plan ?? { databases: last.databases ?? [] };
  return Object.fromEntries(databases.filter((d) => d.mode === "enforce").map((d) => [d.id, d.inSync]));
}

interface Document {
  readonly plan?: { readonly databases: readonly Standing[] };
  readonly databases?: readonly Standing[];
}

interface Standing {
  readonly id: string;
  readonly mode: string;
  readonly inSync: boolean;
}
