import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCli } from "../../../../test/support/run-cli.ts";
import { writeSampleFlowLogs } from "../../../../test/support/sample-flow-logs.ts";

const folder = mkdtempSync(join(tmpdir(), "moat-upload-"));
const COLUMNS = "srcaddr dstaddr srcport dstport protocol tcp-flags start end action log-status";
const logs = join(folder, "logs");
writeSampleFlowLogs(logs);
afterAll(() => rmSync(folder, { recursive: true }));

const upload = (ledger: string, ...more: readonly string[]) =>
  runCli(["flows", logs, "--aws", "sandbox", "--upload", join(folder, ledger), ...more]);

describe("moat flows --upload", () => {
  it("tells the PCE once, and says so the second time", async () => {
    const first = await upload("one");
    expect(first.err).toContain('The flow log has no "start"');
    expect(first.code).toBe(0);
    const [, sent] = /^Sent (\d+) conversations of \d+ flow-log objects? to /.exec(first.out) ?? [];
    expect(Number(sent)).toBeGreaterThan(5);
    expect(first.out).toContain(`  ${sent}  received by the PCE\n`);
    const again = await upload("one");
    expect(again.out).toContain("Sent 0 conversations");
    expect(again.out).toContain(`  ${sent}  not sent: the PCE was told before\n`);
    for (const line of `${first.out}${again.out}`.split("\n").filter((each) => !each.includes(folder)))
      expect(line.length).toBeLessThanOrEqual(80);
    expect(readdirSync(join(folder, "one"))).toEqual(["localhost-1"]);
  });

  it("counts for programs, and sends refused attempts only when asked", async () => {
    const plain = JSON.parse((await upload("two", "--json")).out);
    expect(plain).toMatchObject({ version: 1, kind: "upload", failed: 0, unsure: 0, before: 0, doubts: [] });
    expect(plain.sent).toBe(plain.received);
    const refused = join(folder, "refused.log");
    const line = (action: string, source: string) =>
      `${source} 10.20.9.10 51000 3306 6 2 1767603600 1767603660 ${action} OK`;
    writeFileSync(
      refused,
      [COLUMNS, line("ACCEPT", "10.20.1.11"), line("REJECT", "10.20.1.12"), ""].join("\n"),
    );
    const some = async (...more: readonly string[]) =>
      JSON.parse((await upload("three", refused, "--json", ...more)).out);
    const before = plain.sent;
    expect(await some()).toMatchObject({ sent: before + 1 });
    expect(await some()).toMatchObject({ sent: 0, before: before + 1 });
    expect(await some("--with-rejected")).toMatchObject({ sent: 1, before: before + 1 });
  });

  it.each([
    [["--database", "orders"], "UPLOAD_FILTERED", "--database has no place beside it"],
    [["--policy", "policy.yaml"], "UPLOAD_WITHOUT_PCE", "is no PCE"],
  ])("refuses %j", async (more, _, says) => {
    const { code, err } = await upload("four", ...more);
    expect(code).toBe(1);
    expect(err.replaceAll(/\s+/g, " ")).toContain(says);
  });
});
