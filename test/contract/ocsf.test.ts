import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { DatabaseArn } from "../../src/core/inventory/model.ts";
import type { JudgedConversation } from "../../src/entry/cli/judged-conversation.ts";
import { findingsOcsf } from "../../src/entry/cli/render/finding-ocsf.ts";
import { flowOcsf } from "../../src/entry/cli/render/flow-ocsf.ts";
import type { ToldFinding } from "../../src/entry/cli/render/told-finding.ts";
import { describeWith } from "../support/describe-with.ts";
import { findPython } from "../support/python.ts";
import { runCli } from "../support/run-cli.ts";
import { writeSampleFlowLogs } from "../support/sample-flow-logs.ts";

const SCRIPT = join(import.meta.dirname, "ocsf-schema.py");
const SEED = 20_260_105;

/** The environment's Python, if the package with the schema is in it. */
function pythonWithSchema(): string | undefined {
  const python = findPython();
  const lib = join(import.meta.dirname, "../../.venv/lib");
  if (python === undefined || !existsSync(lib)) return undefined;
  const has = readdirSync(lib).some((each) => existsSync(join(lib, each, "site-packages/ocsf_json_schema")));
  return has ? python : undefined;
}

/** What the published schema has against each event, in the order given. */
function judged(python: string, lines: readonly string[]): readonly (readonly string[])[] {
  const { stdout, stderr, status } = spawnSync(python, [SCRIPT], {
    input: lines.map((line) => `${line}\n`).join(""),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as readonly string[]);
}

/** Each event that is not as the schema says, with what is wrong. */
function wrong(python: string, lines: readonly string[]): readonly unknown[] {
  expect(lines.length).toBeGreaterThan(0);
  const answers = judged(python, lines);
  expect(answers).toHaveLength(lines.length);
  return answers.flatMap((problems, at) => (problems.length === 0 ? [] : [{ event: lines[at], problems }]));
}

const text = fc.string({ minLength: 1, maxLength: 20 });
const arn = "arn:aws:rds:eu-west-1:111122223333:db:orders" as DatabaseArn;

const finding: fc.Arbitrary<ToldFinding> = fc.record(
  {
    code: text,
    what: text,
    why: text,
    fix: text,
    severity: fc.constantFrom("low", "medium", "high"),
    place: fc.record(
      { accountId: fc.constant("111122223333"), region: fc.constant("eu-west-1") },
      {
        requiredKeys: [],
      },
    ),
    about: fc.oneof(
      fc.constant("account" as const),
      fc.record({
        id: text,
        arn: fc.constant(arn),
        kind: fc.constantFrom("instance", "cluster", "proxy", "proxyEndpoint"),
      }),
    ),
  },
  { requiredKeys: ["code", "what", "why", "severity", "place"] },
);

const address = fc.oneof(fc.ipV4(), fc.ipV6());
const moment = fc
  .date({ min: new Date("2015-06-10"), max: new Date("2100-01-01"), noInvalidDate: true })
  .map((date) => `${date.toISOString().slice(0, 19)}Z`);
const amount = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });

const conversation: fc.Arbitrary<JudgedConversation> = fc.record(
  {
    consumer: address,
    provider: address,
    port: fc.integer({ min: 0, max: 65_535 }),
    protocol: fc.oneof(fc.constantFrom("tcp", "udp", "icmp"), fc.integer({ min: 0, max: 255 }).map(String)),
    action: fc.constantFrom("ACCEPT", "REJECT"),
    records: fc.integer({ min: 1, max: 1 << 30 }),
    packets: amount,
    bytes: amount,
    firstSeen: moment,
    lastSeen: moment,
    orientedBy: fc.constantFrom("syn", "database", "port", "unknown"),
    database: text,
    verdict: fc.constantFrom("allowed", "denied", "unknown"),
  },
  { requiredKeys: ["consumer", "provider", "records", "orientedBy"] },
) as fc.Arbitrary<JudgedConversation>;

const piece = {
  name: "ocsf-json-schema in .venv/",
  found: pythonWithSchema(),
  fix: "npm test makes it, given Python 3.10 or newer",
};

describeWith(piece, "events of OCSF, by the schema that OCSF publishes", (python) => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "moat-ocsf-"));
    writeSampleFlowLogs(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    ["plan --aws sandbox --format ocsf"],
    ["plan --aws sandbox --verify --format ocsf"],
    ["status --aws sandbox --format ocsf"],
    ["doctor --aws sandbox --format ocsf"],
    ["flows FOLDER --aws sandbox --output ocsf"],
    ["flows FOLDER --output ocsf"],
  ])("moat %s", async (command) => {
    const { out } = await runCli(command.split(" ").map((word) => (word === "FOLDER" ? folder : word)));
    expect(wrong(python, out.trimEnd().split("\n"))).toEqual([]);
  });

  it("every finding there can be", () => {
    const findings = fc.sample(finding, { numRuns: 300, seed: SEED });
    const lines = findings.map((each) => findingsOcsf([each], Date.UTC(2026, 0, 5)));
    expect(wrong(python, lines)).toEqual([]);
  });

  it("every conversation there can be", () => {
    const lines = fc
      .sample(conversation, { numRuns: 300, seed: SEED })
      .map((each) => JSON.stringify(flowOcsf(each, Date.UTC(2026, 0, 5))));
    expect(wrong(python, lines)).toEqual([]);
  });

  it.each<readonly [string, Readonly<Record<string, unknown>>, RegExp]>([
    ["an attribute that is not in the schema", { clas_name: "x" }, /clas_name/],
    ["a number that is not in the list", { severity_id: 42 }, /severity_id: 42/],
    ["a time that is none", { time: "now" }, /time: 'now'/],
    ["nothing where something is required", { finding_info: undefined }, /finding_info/],
    ["an object without what it needs", { finding_info: { desc: "x" } }, /finding_info/],
    ["a text that is not the number's", { severity: "Grave" }, /'Grave' beside severity_id 3/],
    ["a type of another class", { type_uid: 400_101 }, /type_uid/],
    ["an attribute of a profile that is not named", { action_id: 1 }, /action_id/],
  ])("would see %s", (_, change, told) => {
    const event = JSON.parse(
      findingsOcsf([{ code: "X", what: "w", why: "y", severity: "medium", place: {} }], 7),
    ) as object;
    const [problems = []] = judged(python, [JSON.stringify({ ...event, ...change })]);
    expect(problems.join("\n")).toMatch(told);
  });
});
