import { describe, expect, it } from "vitest";
import { digest } from "../digest.ts";
import type { AuditRecord, FoundRule, RecordedStart } from "./audit-record.ts";
import { type AuditReport, verifyAudit } from "./verify-audit.ts";

const ARN = "arn:aws:rds:eu-west-1:1:db:orders";
const ingress = (source: string, fromPort = 3306) => ({
  direction: "ingress",
  protocol: "tcp",
  fromPort,
  toPort: fromPort,
  source,
});
const granted = (source: string, fromPort?: number): FoundRule => ({
  ...ingress(source, fromPort),
  granted: true,
});
const FOUR = ["10.0.1.1/32", "10.0.1.2/32", "10.0.1.3/32", "10.0.1.4/32"];
const decision = {
  policy: { source: "pce", version: "17", complete: true },
  shrinkPercent: 30,
  acknowledged: [] as readonly string[],
};
const start = (over: Partial<RecordedStart> = {}): RecordedStart => ({
  purpose: "enforce",
  mode: "enforce",
  port: 3306,
  managed: ["sg-m", "sg-m2"],
  attached: ["sg-m"],
  keptGroups: [],
  groups: { "sg-m": FOUR.map((cidr) => granted(cidr)) },
  rules: FOUR.slice(0, 3).map((cidr) => ingress(cidr)),
  decision,
  ...over,
});
const revoke = (...cidrs: string[]) => ({
  action: "revoke",
  group: "sg-m",
  rules: cidrs.map((cidr) => ingress(cidr)),
});
const authorize = (...cidrs: string[]) => ({ ...revoke(...cidrs), action: "authorize" });

function report(began: RecordedStart, ...steps: readonly AuditRecord["step"][]): AuditReport {
  const texts: string[] = [];
  const lines = steps.map((step, i) => {
    const before = texts.at(-1);
    const record: AuditRecord = {
      at: "2026-11-24T08:00:00.000Z",
      database: ARN,
      action: step.action,
      step,
      why: "because",
      basis: "0123",
      ...(i === 0 ? { start: began } : {}),
      ...(before === undefined ? {} : { previous: digest(before) }),
    };
    texts.push(JSON.stringify(record));
    return { number: i + 1, text: texts.at(-1) ?? "", record };
  });
  return verifyAudit([{ lines }], digest);
}
const verdict = (...args: Parameters<typeof report>): string[] =>
  report(...args).violations.map((v) => `${v.line} ${v.rule}: ${v.what}`);

describe("the policy behind a run", () => {
  it.each<{ name: string; over: Partial<RecordedStart>; want: string[] }>([
    { name: "a quarter of what was granted, on a complete answer", over: {}, want: [] },
    {
      name: "no policy at all",
      over: { decision: { ...decision, policy: { ...decision.policy, version: "" } } },
      want: ["1 S5: It was decided without a policy"],
    },
    {
      name: "an incomplete answer",
      over: { decision: { ...decision, policy: { ...decision.policy, complete: false } } },
      want: ["1 S4: Access was taken away on an incomplete policy"],
    },
    {
      name: "an incomplete answer that a person overruled",
      over: {
        decision: {
          ...decision,
          policy: { ...decision.policy, complete: false },
          acknowledged: ["incompletePolicy"],
        },
      },
      want: [],
    },
    {
      name: "more than a third",
      over: { rules: FOUR.slice(0, 2).map((cidr) => ingress(cidr)) },
      want: ["1 S4: 2 of 4 granted addresses were withdrawn at once, and nobody had said so"],
    },
    {
      name: "more than a third, and a person said so",
      over: {
        rules: FOUR.slice(0, 2).map((cidr) => ingress(cidr)),
        decision: { ...decision, acknowledged: ["shrink"] },
      },
      want: [],
    },
    {
      name: "a large block that somebody had added by hand",
      over: { groups: { "sg-m": [...FOUR.slice(0, 3).map((c) => granted(c)), ingress("10.0.1.4/32")] } },
      want: [],
    },
    {
      name: "granted addresses of another port, which this listener never had",
      over: {
        groups: { "sg-m": [...FOUR.map((c) => granted(c)), granted("10.9.0.0/16", 22)] },
      },
      want: [],
    },
    {
      name: "a rule that names a group, whose addresses nobody wrote down",
      over: { rules: [ingress("sg-0123")], groups: { "sg-m": FOUR.map((c) => granted(c)) } },
      want: [],
    },
  ])("$name", ({ over, want }) => {
    expect(verdict(start(over), revoke("10.0.1.4/32"))).toEqual(want);
  });

  it("does not ask where nothing is taken away", () => {
    const incomplete = { ...decision, policy: { ...decision.policy, complete: false } };
    const rules = [...FOUR, "10.0.1.5/32"].map((cidr) => ingress(cidr));
    expect(verdict(start({ decision: incomplete, rules }), authorize("10.0.1.5/32"))).toEqual([]);
  });

  it("counts the detachment of a group as taking away", () => {
    const began = start({
      attached: ["sg-m", "sg-old"],
      groups: { "sg-m": FOUR.map((c) => granted(c)), "sg-old": [ingress("10.0.0.0/8")] },
      rules: FOUR.map((cidr) => ingress(cidr)),
      decision: { ...decision, policy: { ...decision.policy, complete: false } },
    });
    expect(verdict(began, { action: "setDatabaseGroups", groups: ["sg-m"] })).toEqual([
      "1 S4: Access was taken away on an incomplete policy",
    ]);
  });
});

describe("a write for nothing", () => {
  it.each<{ name: string; steps: readonly AuditRecord["step"][]; want: string[] }>([
    {
      name: "authorises what stands",
      steps: [authorize("10.0.1.1/32")],
      want: ["1 S7: Each rule of it stood already"],
    },
    {
      name: "revokes what does not stand",
      steps: [revoke("10.0.9.9/32")],
      want: ["1 S7: None of its rules stood"],
    },
    {
      name: "revokes twice, with something in between",
      steps: [revoke("10.0.1.4/32"), { action: "tag", group: "sg-m" }, revoke("10.0.1.4/32")],
      want: ["3 S7: None of its rules stood"],
    },
    {
      name: "is made again at once after a fault, which is none",
      steps: [revoke("10.0.1.4/32"), revoke("10.0.1.4/32")],
      want: [],
    },
    {
      name: "sets the same groups",
      steps: [{ action: "setDatabaseGroups", groups: ["sg-m"] }],
      want: ["1 S7: The database carried these groups already"],
    },
    {
      name: "sets the same groups after a group was deleted that another run may have attached, which is none",
      steps: [
        { action: "deleteSecurityGroup", group: "sg-m2" },
        { action: "setDatabaseGroups", groups: ["sg-m"] },
      ],
      want: [],
    },
    {
      name: "takes the open egress out of a new group, which is none",
      steps: [
        {
          action: "createSecurityGroup",
          group: "new-1",
          tags: { "moat:owner": "moat", "moat:database": ARN },
        },
        {
          action: "revoke",
          group: "new-1",
          rules: [{ direction: "egress", protocol: "-1", source: "0.0.0.0/0" }],
        },
      ],
      want: [],
    },
  ])("$name", ({ steps, want }) => {
    expect(verdict(start(), ...steps)).toEqual(want);
  });
});

describe("a run that is not finished", () => {
  it("is told of, until a later one has done the rest", () => {
    const rules = FOUR.slice(0, 2).map((cidr) => ingress(cidr));
    const half = start({ rules, decision: { ...decision, acknowledged: ["shrink"] } });
    expect(report(half, revoke("10.0.1.4/32")).unfinished).toEqual([
      { database: ARN, line: 1, address: "10.0.1.3" },
    ]);
    expect(report(half, revoke("10.0.1.4/32"), revoke("10.0.1.3/32")).unfinished).toEqual([]);
  });
});
