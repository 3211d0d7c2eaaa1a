import { describe, expect, it } from "vitest";
import { AwsFault } from "../../ports/aws-fault.ts";
import { allPages, callAws, toAwsFault } from "./aws-call.ts";

const sdk = (name: string, fields: object = {}): Error =>
  Object.assign(new Error("text"), { name, ...fields });
const node = (code: string): Error => Object.assign(new Error("text"), { code });

describe("toAwsFault", () => {
  it.each([
    { error: sdk("RequestLimitExceeded"), kind: "throttled", code: "RequestLimitExceeded" },
    { error: sdk("ThrottlingException"), kind: "throttled", code: "ThrottlingException" },
    { error: sdk("UnauthorizedOperation"), kind: "denied", code: "UnauthorizedOperation" },
    { error: sdk("AccessDeniedException"), kind: "denied", code: "AccessDeniedException" },
    { error: sdk("AccessDenied", { Code: "AccessDenied" }), kind: "denied", code: "AccessDenied" },
    { error: sdk("CredentialsProviderError"), kind: "credentials", code: "CredentialsProviderError" },
    { error: sdk("ExpiredTokenException"), kind: "credentials", code: "ExpiredTokenException" },
    { error: sdk("AuthFailure"), kind: "credentials", code: "AuthFailure" },
    {
      error: sdk("RulesPerSecurityGroupLimitExceeded"),
      kind: "quota",
      code: "RulesPerSecurityGroupLimitExceeded",
    },
    {
      error: sdk("InvalidDBInstanceStateFault", { Code: "InvalidDBInstanceState" }),
      kind: "busy",
      code: "InvalidDBInstanceState",
    },
    {
      error: sdk("InvalidDBProxyEndpointStateFault", { Code: "InvalidDBProxyEndpointStateFault" }),
      kind: "busy",
      code: "InvalidDBProxyEndpointStateFault",
    },
    { error: sdk("InvalidPermission.Duplicate"), kind: "duplicate", code: "InvalidPermission.Duplicate" },
    { error: sdk("InvalidPermission.NotFound"), kind: "staleRead", code: "InvalidPermission.NotFound" },
    {
      error: sdk("InvalidSecurityGroupRuleId.NotFound"),
      kind: "staleRead",
      code: "InvalidSecurityGroupRuleId.NotFound",
    },
    { error: sdk("InvalidGroup.NotFound"), kind: "notFound", code: "InvalidGroup.NotFound" },
    {
      error: sdk("DBInstanceNotFoundFault", { Code: "DBInstanceNotFound" }),
      kind: "notFound",
      code: "DBInstanceNotFound",
    },
    { error: sdk("DBClusterNotFoundFault"), kind: "notFound", code: "DBClusterNotFoundFault" },
    { error: sdk("NoSuchBucket"), kind: "notFound", code: "NoSuchBucket" },
    { error: sdk("DependencyViolation"), kind: "inUse", code: "DependencyViolation" },
    { error: sdk("InvalidParameterCombination"), kind: "invalid", code: "InvalidParameterCombination" },
    { error: sdk("InternalFailure", { $fault: "server" }), kind: "unavailable", code: "InternalFailure" },
    { error: node("ECONNREFUSED"), kind: "unreachable", code: "ECONNREFUSED" },
    { error: node("ENOTFOUND"), kind: "unreachable", code: "ENOTFOUND" },
    { error: sdk("TimeoutError"), kind: "unreachable", code: "TimeoutError" },
    { error: new AggregateError([node("ECONNREFUSED")], "text"), kind: "unknown", code: "AggregateError" },
    { error: new Error("text", { cause: node("ECONNRESET") }), kind: "unreachable", code: "ECONNRESET" },
    { error: new Error("Region is missing"), kind: "invalid", code: "RegionMissing" },
    { error: sdk("Odd", { $metadata: { httpStatusCode: 503 } }), kind: "unavailable", code: "Odd" },
    { error: sdk("Odd", { $metadata: { httpStatusCode: 403 } }), kind: "denied", code: "Odd" },
    { error: sdk("Odd", { $metadata: { httpStatusCode: 418 } }), kind: "invalid", code: "Odd" },
    { error: "text", kind: "unknown", code: "Unknown" },
  ])("$code is $kind", ({ error, kind, code }) => {
    const fault = toAwsFault(error, "rds:ModifyDBInstance");
    expect(fault).toMatchObject({ kind, code, operation: "rds:ModifyDBInstance" });
    expect(fault.message).toMatch(/^rds:ModifyDBInstance failed with .+: (text|Region is missing)$/);
    expect(fault.fix).not.toBe("");
  });

  it("names the action to allow", () => {
    expect(toAwsFault(sdk("UnauthorizedOperation"), "ec2:CreateTags").fix).toContain(
      'the action "ec2:CreateTags"',
    );
  });

  it("leaves out the encoded context of a refusal", () => {
    const error = Object.assign(new Error("You may not. Encoded authorization failure message: AbC-123_x"), {
      name: "UnauthorizedOperation",
    });
    expect(toAwsFault(error, "ec2:X").message).toBe("ec2:X failed with UnauthorizedOperation: You may not.");
  });

  it("passes on a fault that is one already", async () => {
    const fault = new AwsFault("busy", "C", "o", "m", "f");
    await expect(callAws("other", () => Promise.reject(fault))).rejects.toBe(fault);
  });
});

describe("allPages", () => {
  async function* pages() {
    yield { items: [1, 2] };
    yield {};
    yield { items: [3] };
  }

  it("gives the items of every page, those without any passed over", async () => {
    expect(await allPages("ec2:X", pages, (page: { items?: number[] }) => page.items)).toEqual([1, 2, 3]);
  });
});
