import { describe, expect, it } from "vitest";
import { digest } from "../digest.ts";
import type { AuditLine, AuditRecord, OnboardingRecord, RecordedStart } from "./audit-record.ts";
import { verifyAudit } from "./verify-audit.ts";

const ARN = "arn:aws:rds:eu-west-1:1:db:orders";
const ingress = (source: string) => ({
  direction: "ingress",
  protocol: "tcp",
  fromPort: 3306,
  toPort: 3306,
  source,
});
const OPEN = { direction: "egress", protocol: "-1", source: "0.0.0.0/0" };
const START: RecordedStart = {
  purpose: "enforce",
  mode: "enforce",
  port: 3306,
  managed: [],
  attached: ["sg-old"],
  keptGroups: [],
  groups: { "sg-old": [ingress("10.0.0.0/8"), OPEN] },
  rules: [ingress("10.0.1.10/32")],
};
const record = (step: AuditRecord["step"], over: Partial<AuditRecord> = {}): AuditRecord => ({
  at: "2026-11-24T08:00:00.000Z",
  database: ARN,
  action: step.action,
  step,
  why: "because",
  basis: "0123",
  ...over,
});
const create = {
  action: "createSecurityGroup",
  group: "new-1",
  tags: { "moat:owner": "moat", "moat:database": ARN },
};
const authorize = { action: "authorize", group: "new-1", rules: [ingress("10.0.1.10/32")] };
const attach = { action: "setDatabaseGroups", groups: ["sg-old", "new-1"] };
const detach = { action: "setDatabaseGroups", groups: ["new-1"] };
const SWAP: readonly AuditRecord[] = [
  record(create, { start: START }),
  record(authorize),
  record(attach),
  record(detach),
];

/** Lines as the file has them, each linked to the one before. */
function linesOf(records: readonly AuditRecord[]): AuditLine[] {
  const lines: AuditLine[] = [];
  for (const [i, one] of records.entries()) {
    const before = lines.at(-1);
    const linked = before === undefined ? one : { ...one, previous: digest(before.text) };
    lines.push({ number: i + 1, text: JSON.stringify(linked), record: linked });
  }
  return lines;
}
const verdict = (lines: readonly AuditLine[]): string[] =>
  verifyAudit([{ lines }], digest).violations.map((v) => `${v.line} ${v.rule}: ${v.what}`);

describe("verifyAudit", () => {
  it("finds nothing in a whole swap, and replays it", () => {
    expect(verifyAudit([{ lines: linesOf(SWAP) }], digest)).toEqual({
      lines: 4,
      databases: 1,
      runs: 1,
      replayed: 4,
      atOnce: 0,
      onboarding: 0,
      violations: [],
      unfinished: [],
    });
  });

  it("knows a group that the run made by its id, too", () => {
    const created = { "new-1": "sg-made" };
    const again = { action: "setDatabaseGroups", groups: ["sg-made"] };
    const known = [...SWAP.slice(0, 3), record(again, { created })];
    expect(verdict(linesOf(known))).toEqual([]);
    expect(verdict(linesOf([...SWAP.slice(0, 3), record(again)]))).toEqual([
      "4 S1/S2: sg-made does not exist",
    ]);
  });

  it.each<{ name: string; records: readonly AuditRecord[]; want: string[] }>([
    {
      name: "a detachment before the rules stand",
      records: [record(create, { start: START }), record(detach), record(authorize)],
      want: ["2 S1/S2: 10.0.1.10 is cut off although allowed before and after"],
    },
    {
      name: "a rule that nobody granted",
      records: [
        record(create, { start: START }),
        record({ ...authorize, rules: [ingress("203.0.113.7/32")] }),
        record(attach),
      ],
      want: ["3 S1/S2: 203.0.113.7 is let in although allowed neither before nor after"],
    },
    {
      name: "a way out that a new group gives the database",
      records: [
        record(create, { start: { ...START, groups: { "sg-old": [ingress("10.0.0.0/8")] } } }),
        record(authorize),
        record(attach),
      ],
      want: ["3 S1/S2: the database can open 0.0.0.0 although it may neither before nor after"],
    },
    {
      name: "a write to somebody else's group",
      records: [record({ action: "revoke", group: "sg-old", rules: [] }, { start: START })],
      want: ["1 S3: Group sg-old was not Moat's"],
    },
    {
      name: "a group made without marks",
      records: [record({ action: "createSecurityGroup", group: "new-1" }, { start: START })],
      want: ["1 S3: A group was made without the marks of ownership"],
    },
    {
      name: "a write to an observed database",
      records: [record(create, { start: { ...START, mode: "observe" } })],
      want: [`1 S10: The database was in mode "observe" and was written to`],
    },
    {
      name: "a write without a reason",
      records: [record(create, { start: START, why: " " })],
      want: ["1 S9: The write has no reason"],
    },
    {
      name: "a write out of the blue",
      records: [record(create, { start: START, basis: "" })],
      want: ["1 S9: The write has no basis"],
    },
    {
      name: "a key in a reason",
      records: [record(create, { start: START, why: "with AKIAIOSFODNN7EXAMPLE" })],
      want: ["1 S9: It holds what looks like a secret"],
    },
    {
      name: "times that go back",
      records: [record(create, { start: START }), record(authorize, { at: "2026-11-24T07:59:59.000Z" })],
      want: [
        "2 order: Its time 2026-11-24T07:59:59.000Z is before that of the line before, 2026-11-24T08:00:00.000Z",
      ],
    },
  ])("finds $name", ({ records, want }) => {
    expect(verdict(linesOf(records))).toEqual(want);
  });

  it("lets a person roll back, and set the mode, on an observed database", () => {
    const start = { ...START, mode: "observe", purpose: "mode" };
    const tag = { action: "tag", database: ARN, tags: { "moat:mode": "enforce" } };
    expect(verdict(linesOf([record(tag, { start, basis: "" })]))).toEqual([]);
  });

  const onboarding = (over: Partial<OnboardingRecord> = {}): OnboardingRecord => ({
    at: "2026-11-24T08:00:00.000Z",
    run: "onboard",
    target: "account 1, region eu-west-1",
    action: "createFlowLogs",
    mark: "moat",
    items: [{ id: "subnet-1", mark: "moat" }],
    why: "because",
    basis: "0123",
    ...over,
  });
  const lineOf = (written: OnboardingRecord): AuditLine => ({
    number: 1,
    text: JSON.stringify(written),
    onboarding: written,
  });

  it("counts writes of onboarding, and links them with those of databases", () => {
    const first = lineOf(onboarding());
    const second = { ...record(create, { start: START }), previous: digest(first.text) };
    const lines = [first, { number: 2, text: JSON.stringify(second), record: second }];
    expect(verifyAudit([{ lines }], digest)).toMatchObject({ onboarding: 1, runs: 1, violations: [] });
    const changed = [{ ...first, text: first.text.replace("subnet-1", "subnet-2") }, ...lines.slice(1)];
    expect(verdict(changed)).toEqual(["2 chain: The line before was changed, taken out or put in"]);
  });

  it.each<{ name: string; written: OnboardingRecord; want: string[] }>([
    {
      name: "that is taken away and was somebody else's",
      written: onboarding({ action: "deleteFlowLogs", items: [{ id: "fl-1", mark: "netops" }] }),
      want: ["1 S3: deleteFlowLogs: fl-1 has the mark netops, not moat"],
    },
    {
      name: "that was nobody's",
      written: onboarding({ action: "DELETE", items: [{ id: "/orgs/1/labels/7", mark: "" }] }),
      want: ["1 S3: DELETE: /orgs/1/labels/7 has no mark, not moat"],
    },
    {
      name: "that is made without the mark",
      written: onboarding({ action: "PUT workloads/bulk_create", items: [{ id: "arn:x" }] }),
      want: ["1 S3: PUT workloads/bulk_create: arn:x has no mark, not moat"],
    },
    {
      name: "that cannot carry one",
      written: onboarding({ action: "POST sec_policy", items: [{ id: "/orgs/1/x" }] }),
      want: [],
    },
    { name: "without a reason", written: onboarding({ why: "" }), want: ["1 S9: The write has no reason"] },
    { name: "without a basis", written: onboarding({ basis: "" }), want: ["1 S9: The write has no basis"] },
    {
      name: "with a key",
      written: onboarding({ why: "password=hunter2hunter2" }),
      want: ["1 S9: It holds what looks like a secret"],
    },
  ])("looks at a thing of onboarding $name", ({ written, want }) => {
    expect(verdict([lineOf(written)])).toEqual(want);
  });

  it("takes a call that was made again for one", () => {
    expect(verdict(linesOf([...SWAP.slice(0, 3), record(attach), record(detach)]))).toEqual([]);
  });

  const lines = linesOf(SWAP);
  it.each([
    { name: "changed", tampered: lines.map((l, i) => (i === 1 ? { ...l, text: `${l.text} ` } : l)), at: 3 },
    { name: "taken out", tampered: lines.filter((_, i) => i !== 1), at: 3 },
    { name: "taken off the front", tampered: lines.slice(1), at: 2 },
    { name: "put in", tampered: [...lines.slice(0, 2), ...lines.slice(1)], at: 2 },
  ])("finds a line that was $name", ({ tampered, at }) => {
    const chain = verifyAudit([{ lines: tampered }], digest).violations.filter((v) => v.rule === "chain");
    expect(chain.map((v) => v.line)).toContain(at);
  });

  it("finds a line that is no record", () => {
    expect(verdict([{ number: 1, text: "hello" }])).toEqual(["1 record: This is no audit record"]);
  });
});
