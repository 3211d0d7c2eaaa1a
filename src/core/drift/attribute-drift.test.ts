import { describe, expect, it } from "vitest";
import type { ResourceChange } from "../trail/resource-change.ts";
import { attributeDrift } from "./attribute-drift.ts";
import type { Drift } from "./drift.ts";

const change = (over: Partial<ResourceChange> = {}): ResourceChange => ({
  at: "2026-11-24T08:00:00Z",
  operation: "AuthorizeSecurityGroupIngress",
  actor: { arn: "arn:aws:sts::1:assumed-role/deploy/ci", name: "deploy/ci", isService: false },
  userAgent: "",
  sourceAddress: "203.0.113.9",
  accountId: "1",
  region: "eu-west-1",
  resources: ["sgr-1", "sg-m"],
  ...over,
});
const actor = (arn: string, name = arn): ResourceChange["actor"] => ({ arn, name, isService: false });
const DRIFT: Drift = {
  kind: "ruleAdded",
  group: "sg-m",
  left: false,
  what: "",
  resources: ["sgr-1", "sg-m"],
};

describe("attributeDrift", () => {
  it.each([
    {
      name: "terraform",
      over: { userAgent: "APN/1.0 HashiCorp/1.0 Terraform/1.9 (+https://www.terraform.io)" },
    },
    { name: "opentofu", over: { userAgent: "OpenTofu/1.8 terraform-provider-aws/5.7" } },
    { name: "cloudformation", over: { sourceAddress: "cloudformation.amazonaws.com" } },
    {
      name: "firewallManager",
      over: { actor: actor("arn:aws:sts::1:assumed-role/AWSServiceRoleForFMS/fms") },
    },
    {
      name: "rds",
      over: { actor: { arn: "rds.amazonaws.com", name: "rds.amazonaws.com", isService: true } },
    },
    { name: "console", over: { userAgent: "Mozilla/5.0 (X11; Linux x86_64)" } },
    { name: "awsCli", over: { userAgent: "aws-cli/2.15.0 Python/3.11" } },
    { name: "other", over: { userAgent: "Boto3/1.34" } },
  ])("recognises $name", ({ name, over }) => {
    expect(attributeDrift(DRIFT, [change(over)], undefined).by?.tool).toBe(name);
  });

  it.each([
    { name: "what Moat did itself", over: { actor: actor("arn:aws:sts::1:assumed-role/moat/session") } },
    { name: "a call that cannot have made this difference", over: { operation: "CreateTags" } },
    { name: "a call on something else", over: { resources: ["sg-other"] } },
  ])("takes no answer from $name", ({ over }) => {
    const self = "arn:aws:sts::1:assumed-role/moat/other";
    expect(attributeDrift(DRIFT, [change(over)], self).by).toBeUndefined();
  });
});
