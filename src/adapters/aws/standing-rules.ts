import type { SecurityGroupRule } from "../../core/inventory/model.ts";
import type { AwsClients } from "./aws-clients.ts";
import { describeSecurityGroupRules } from "./describe-ec2.ts";
import { readEach } from "./parse/read-each.ts";
import { readSecurityGroupRule } from "./parse/security-group-rule.ts";

/** The rules that stand in a group now, as far as they can be read. */
export async function standingRules(
  clients: AwsClients,
  groupId: string,
): Promise<readonly SecurityGroupRule[]> {
  const items = await describeSecurityGroupRules(clients, [groupId]);
  const read = readEach(items, "SecurityGroupRules", (json, at) =>
    readSecurityGroupRule(json, at, new Map()),
  );
  return read.values.filter((r) => r.groupId === groupId).map((r) => r.rule);
}

/** Rules for one call. No limit of a call is documented, but a group holds 60 of each family unless raised. */
export const RULES_PER_CALL = 60;

/** Cuts a list into pieces of at most `size`. */
export function pieces<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const all: (readonly T[])[] = [];
  for (let at = 0; at < items.length; at += size) all.push(items.slice(at, at + size));
  return all;
}

/** Two halves of a list of at least two. */
export function halves<T>(items: readonly T[]): readonly (readonly T[])[] {
  return pieces(items, Math.ceil(items.length / 2));
}
