import { describe, expect, it } from "vitest";
import { AwsFault, type AwsFaultKind } from "../ports/aws-fault.ts";
import { applyDatabase } from "./apply-database.ts";

/** Carries out one tag, which AWS answers with a fault of some kind. */
async function faulty(kind: AwsFaultKind) {
  const never = () => Promise.reject(new AwsFault(kind, "Code", "ec2:CreateTags", "text", "fix"));
  const ports = {
    live: {
      readDatabase: async () => undefined,
      readSecurityGroups: async () => [],
      readInterfacesWithGroup: async () => [],
    },
    enforcement: {
      createSecurityGroup: never,
      authorize: never,
      revoke: never,
      setDatabaseGroups: never,
      tagSecurityGroup: never,
      untagSecurityGroup: never,
      tagDatabase: never,
      deleteSecurityGroup: never,
    },
    audit: { record: async () => undefined },
    clock: { now: () => 0, sleep: async () => undefined },
  };
  return applyDatabase(ports, {
    id: "orders",
    arn: "arn",
    kind: "instance",
    managedGroups: [],
    attachedGroups: [],
    rules: [],
    steps: [{ action: "tag", group: "sg-m", tags: {}, why: "" }],
    basis: "",
  });
}

describe("applyDatabase", () => {
  it.each([
    { kind: "unreachable", retryable: true },
    { kind: "throttled", retryable: true },
    { kind: "busy", retryable: true },
    { kind: "staleRead", retryable: true },
    { kind: "denied", retryable: false },
    { kind: "quota", retryable: false },
    { kind: "invalid", retryable: false },
  ] as const)("a call that is $kind may be tried again: $retryable", async ({ kind, retryable }) => {
    expect(await faulty(kind)).toMatchObject({ status: "failed", retryable, done: [], writeCalls: 1 });
  });
});
