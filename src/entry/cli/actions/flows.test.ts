import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runCli, tooWide } from "../../../../test/support/run-cli.ts";

const HEADER = "srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags\n";
const line = (client: string, at: number, action = "ACCEPT", server = "10.0.9.5"): string =>
  `${client} ${server} 40001 5432 6 3 180 ${at} ${at + 59} ${action} 2\n`;
/** 2026-01-05T09:00:00Z */
const NINE = 1_767_603_600;

let folder: string;
const file = (name: string): string => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "moat-flows-"));
  writeFileSync(
    file("a.log"),
    HEADER + line("10.0.0.1", NINE) + line("10.0.0.2", NINE + 3600) + line("10.0.0.3", NINE, "REJECT"),
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const consumers = (csv: string): readonly string[] =>
  csv
    .trim()
    .split("\n")
    .slice(1)
    .map((row) => row.split(",")[0] ?? "");

describe("moat flows", () => {
  it("reads logs without a header in the format that is said, or in none", async () => {
    const bare = file("bare.txt");
    writeFileSync(bare, "ACCEPT 5432 40001 10.0.9.5 10.0.0.7 6\n");
    const format = "action dstport srcport dstaddr srcaddr protocol".replaceAll(
      /\S+/g,
      (name) => `\${${name}}`,
    );
    const said = await runCli(["flows", bare, "--log-format", format, "--output", "csv"]);
    expect(consumers(said.out)).toEqual(["10.0.0.7"]);
    const config = file("moat.yaml");
    writeFileSync(config, "flowFormat: action dstport srcport dstaddr srcaddr protocol\n");
    const configured = await runCli(["flows", bare, "--config", config, "--output", "csv"]);
    expect(consumers(configured.out)).toEqual(["10.0.0.7"]);
    const unsaid = await runCli(["flows", bare, "--output", "csv"]);
    expect(consumers(unsaid.out)).toEqual([]);
    expect(unsaid.err).toContain("--log-format");
    const wrong = await runCli(["flows", bare, "--log-format", "10.0.0.1 accept"]);
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain("is not the format of a flow log");
  });

  it.each([
    { args: [], want: ["10.0.0.1", "10.0.0.2", "10.0.0.3"] },
    { args: ["--since", "2026-01-05T09:30:00Z"], want: ["10.0.0.2"] },
    { args: ["--until", "2026-01-05T09:30:00Z"], want: ["10.0.0.1", "10.0.0.3"] },
    {
      args: ["--since", "2026-01-05T09:00:59Z", "--until", "2026-01-05T10:00:00Z"],
      want: ["10.0.0.1", "10.0.0.2", "10.0.0.3"],
    },
    { args: ["--since", "2026-01-05T09:01:00Z", "--until", "2026-01-05T09:59:59Z"], want: [] },
    { args: ["--since", "1h"], want: [] },
    { args: ["--verdict", "reject"], want: ["10.0.0.3"] },
    { args: ["--verdict", "accept", "--consumer", "10.0.0.2"], want: ["10.0.0.2"] },
  ])("$args shows $want", async ({ args, want }) => {
    const { code, out } = await runCli(["flows", folder, "--output", "csv", ...args]);
    expect(code).toBe(0);
    expect(consumers(out)).toEqual(want);
  });

  it("counts only what is in the window", async () => {
    const { out } = await runCli(["flows", folder, "--json", "--since", "2026-01-05T09:30:00Z"]);
    expect(JSON.parse(out)).toMatchObject({ input: { objects: 1, records: 1, conversationRecords: 1 } });
  });

  it("writes CSV of all columns", async () => {
    const { out } = await runCli(["flows", folder, "--output", "csv", "--verdict", "reject"]);
    expect(out).toBe(
      "consumer,provider,port,protocol,action,records,packets,bytes,first_seen,last_seen,oriented_by,database,verdict\n" +
        "10.0.0.3,10.0.9.5,5432,tcp,REJECT,1,3,180,2026-01-05T09:00:00Z,2026-01-05T09:00:59Z,syn,,\n",
    );
  });

  it("writes an OCSF event a line", async () => {
    const { out } = await runCli(["flows", folder, "--output", "ocsf"]);
    const events = out
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text) as { class_uid: number; type_uid: number });
    expect(events.map(({ class_uid, type_uid }) => [class_uid, type_uid])).toEqual([
      [4001, 400106],
      [4001, 400106],
      [4001, 400105],
    ]);
    expect((await runCli(["flows", folder, "--output", "ocsf", "--consumer", "192.0.2.1"])).out).toBe("");
  });

  it("says which records no window can judge", async () => {
    writeFileSync(file("a.log"), "srcaddr dstaddr dstport tcp-flags\n10.0.0.1 10.0.9.5 5432 2\n");
    const { out, err } = await runCli(["flows", folder, "--since", "1h"]);
    expect(out).toContain("10.0.0.1");
    expect(err).toContain("1 record without a time");
  });

  it("gives addresses of IPv6 lines of their own, within 80 columns", async () => {
    const long = "2001:db8:1234:5678:9abc:def0:1234:5678";
    appendFileSync(file("a.log"), line(long, NINE, "ACCEPT", `${long.slice(0, -1)}9`));
    const { out } = await runCli(["flows", folder]);
    expect(out).toContain(`${long}\n→ [`);
    expect(tooWide(out)).toBeUndefined();
  });

  it.each([
    { args: ["--since", "yesterday"], says: "is no moment" },
    { args: ["--since", "1h", "--until", "2h"], says: "later than --until" },
    { args: ["--verdict", "denied"], says: "no policy was named" },
    { args: ["--consumer", "10.0.0"], says: "10.0.0" },
    { args: ["--every", "soon"], says: "is no duration" },
  ])("refuses $args", async ({ args, says }) => {
    const { code, err } = await runCli(["flows", folder, ...args]);
    expect(code).toBe(1);
    expect(err).toContain(says);
  });
});

describe("moat flows --follow", () => {
  it.each([
    {
      output: "table",
      head: [],
      line: /^2026-01-05 09:00 {2}ACCEPT {2}10\.0\.1\.1 → 10\.0\.9\.5:5432 {2}\(1\)$/,
    },
    { output: "csv", head: ["consumer,provider"], line: /^10\.0\.1\.1,10\.0\.9\.5,5432,/ },
    { output: "json", head: [], line: /^\{"version":1,"kind":"flow","consumer":"10\.0\.1\.1"/ },
    { output: "ocsf", head: [], line: /"class_uid":4001.*"ip":"10\.0\.1\.1"/ },
  ])("shows objects as they arrive, each once: $output", async ({ output, head, line: want }) => {
    let stop = (): void => {};
    const stopped = new Promise<void>((resolve) => {
      stop = resolve;
    });
    setTimeout(() => writeFileSync(file("b.log"), HEADER + line("10.0.1.1", NINE)), 300);
    setTimeout(stop, 2_600);
    const { code, out } = await runCli(["flows", folder, "--follow", "--every", "1s", "--output", output], {
      untilStopped: () => stopped,
    });
    expect(code).toBe(0);
    const lines = out.trim().split("\n");
    expect(lines).toHaveLength(4 + head.length);
    expect(lines.at(-1)).toMatch(want);
    expect(lines.filter((text) => text.includes("10.0.0.1"))).toHaveLength(1);
  });

  it("tells of a source that is not there, and goes on until it is stopped", async () => {
    const { code, err } = await runCli(["flows", file("absent"), "--follow"]);
    expect(code).toBe(0);
    expect(err).toContain("does not exist");
  });
});
