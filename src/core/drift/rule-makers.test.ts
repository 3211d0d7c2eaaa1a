import { describe, expect, it } from "vitest";
import type { ResourceChange } from "../trail/resource-change.ts";
import { ruleMakers } from "./rule-makers.ts";

type Who = "rds" | "role" | "alex" | "pretender";
const ARNS: Readonly<Record<Who, string>> = {
  rds: "rds.amazonaws.com",
  role: "arn:aws:sts::1:assumed-role/AWSServiceRoleForRDS/AmazonRDS",
  alex: "arn:aws:sts::1:assumed-role/engineer/alex",
  pretender: "arn:aws:sts::1:assumed-role/AWSServiceRoleForRDSX/rds.amazonaws.com",
};

const change = (at: number, who: Who, operation: string, ...resources: string[]): ResourceChange => ({
  at: `2026-11-24T08:00:0${at}Z`,
  operation,
  actor: { arn: ARNS[who], name: who, isService: who === "rds" },
  // A user agent proves nothing.
  userAgent: "rds.amazonaws.com",
  sourceAddress: "",
  accountId: "1",
  region: "eu-west-1",
  resources: [...resources, "sg-m"],
});
const MAKE = "AuthorizeSecurityGroupIngress";
const EDIT = "ModifySecurityGroupRules";

describe("whose words a rule holds", () => {
  it.each<{ name: string; changes: ResourceChange[]; want: string | undefined }>([
    { name: "the service's", changes: [change(1, "rds", MAKE, "sgr-1")], want: "rds" },
    { name: "its service-linked role's", changes: [change(1, "role", MAKE, "sgr-1")], want: "rds" },
    { name: "a person's", changes: [change(1, "alex", MAKE, "sgr-1")], want: "other" },
    { name: "of one who calls himself RDS", changes: [change(1, "pretender", MAKE, "sgr-1")], want: "other" },
    {
      name: "a person's, who edited what RDS made",
      changes: [change(2, "alex", EDIT, "sgr-1"), change(1, "rds", MAKE, "sgr-1")],
      want: "other",
    },
    {
      name: "RDS's, which edited it after a person",
      changes: [change(1, "alex", EDIT, "sgr-1"), change(2, "rds", EDIT, "sgr-1")],
      want: "rdsEdited",
    },
    {
      name: "of the one told last, in the same second",
      changes: [change(1, "rds", MAKE, "sgr-1"), change(1, "alex", EDIT, "sgr-1")],
      want: "other",
    },
    {
      name: "not known from a call that writes no rule",
      changes: [change(1, "rds", "CreateTags", "sgr-1")],
      want: undefined,
    },
    {
      name: "not known from what was done to another",
      changes: [change(1, "rds", MAKE, "sgr-2")],
      want: undefined,
    },
  ])("are $name", ({ changes, want }) => {
    expect(ruleMakers(changes).get("sgr-1")).toBe(want);
  });

  it("are told of rules only, not of their group", () => {
    expect(ruleMakers([change(1, "rds", MAKE, "sgr-1")]).has("sg-m")).toBe(false);
  });
});
