import { describe, expect, it } from "vitest";
import type { ResourceChange } from "./resource-change.ts";
import { sameActor, whoChanged } from "./who-changed.ts";

const ALEX = "arn:aws:sts::111122223333:assumed-role/engineer/alex";
const MOAT = "arn:aws:sts::111122223333:assumed-role/moat/run-7";

const change = (at: string, by: string, ...resources: string[]): ResourceChange => ({
  at: `2026-01-05T10:${at}:00Z`,
  operation: "AuthorizeSecurityGroupIngress",
  actor: { arn: by, name: by.split("/").at(-1) ?? by, isService: by.endsWith(".amazonaws.com") },
  userAgent: "aws-cli/2.31.0",
  sourceAddress: "192.0.2.10",
  accountId: "111122223333",
  region: "eu-west-1",
  resources,
});

describe("who changed something", () => {
  it.each<{
    name: string;
    changes: ResourceChange[];
    ask: string[];
    since?: string;
    want: string | undefined;
  }>([
    { name: "nobody, in an empty trail", changes: [], ask: ["sg-1"], want: undefined },
    { name: "the only one", changes: [change("00", ALEX, "sg-1")], ask: ["sg-1"], want: "10:00" },
    {
      name: "not who touched another group",
      changes: [change("00", ALEX, "sg-2")],
      ask: ["sg-1"],
      want: undefined,
    },
    {
      name: "the latest, in whatever order events come",
      changes: [change("09", ALEX, "sg-1"), change("03", ALEX, "sg-1")],
      ask: ["sg-1"],
      want: "10:09",
    },
    {
      name: "who touched the rule, rather than who touched the group later",
      changes: [change("01", ALEX, "sg-1", "sgr-1"), change("02", ALEX, "sg-1", "sgr-2")],
      ask: ["sgr-1", "sg-1"],
      want: "10:01",
    },
    {
      name: "who touched the group, where the rule's id was never told",
      changes: [change("02", ALEX, "sg-1")],
      ask: ["sgr-1", "sg-1"],
      want: "10:02",
    },
    {
      name: "never Moat itself, in any session of its role",
      changes: [change("01", ALEX, "sg-1"), change("02", MOAT, "sg-1")],
      ask: ["sg-1"],
      want: "10:01",
    },
    {
      name: "never RDS about its own interfaces",
      changes: [change("02", "rds.amazonaws.com", "sg-1")],
      ask: ["sg-1"],
      want: undefined,
    },
    {
      name: "not before the moment that is asked about",
      changes: [change("01", ALEX, "sg-1")],
      ask: ["sg-1"],
      since: "2026-01-05T10:02:00Z",
      want: undefined,
    },
  ])("is $name", ({ changes, ask, since, want }) => {
    const self = "arn:aws:sts::111122223333:assumed-role/moat/another-session";
    const found = whoChanged(changes, { resources: ask, self, ...(since === undefined ? {} : { since }) });
    expect(found?.at.slice(11, 16)).toBe(want);
  });

  it.each([
    { a: MOAT, b: "arn:aws:sts::111122223333:assumed-role/moat/x", want: true },
    { a: MOAT, b: "arn:aws:sts::111122223333:assumed-role/moat-dev/x", want: false },
    { a: MOAT, b: "arn:aws:sts::444455556666:assumed-role/moat/run-7", want: false },
    { a: "arn:aws:iam::111122223333:user/alex", b: "arn:aws:iam::111122223333:user/alex", want: true },
    { a: "arn:aws:iam::111122223333:user/alex", b: "arn:aws:iam::111122223333:user/anna", want: false },
  ])("takes $a and $b for one principal: $want", ({ a, b, want }) => {
    expect(sameActor(a, b)).toBe(want);
  });
});
