import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { AllowRule, Inexpressible } from "../../../core/policy/model.ts";
import { type RuleJson, readFlag } from "./rule-base.ts";
import { unreadableProblem } from "./shape.ts";

interface InexpressiblePart {
  readonly kind: Inexpressible;
  readonly problem: Diagnostic;
}

const NETWORK_TYPES = ["brn", "non_brn", "all"] as const;

/** Which networks the rule is for. An unknown word is the widest one; an allow with it is inexpressible besides. */
export function networkType(rule: RuleJson): AllowRule["networkType"] {
  const value = rule.network_type ?? "brn";
  return NETWORK_TYPES.find((known) => known === value) ?? "all";
}

/** Features by which an allow rule means less than a security group would grant. */
export function inexpressibleParts(rule: RuleJson, path: string): readonly InexpressiblePart[] {
  return [
    ...userGroups(rule, path),
    ...hostFeature(rule, "sec_connect", "secureConnect", path),
    ...hostFeature(rule, "machine_auth", "machineAuth", path),
    ...network(rule, path),
    ...unreadableEnabled(rule, path),
  ];
}

function userGroups(rule: RuleJson, path: string): readonly InexpressiblePart[] {
  const groups = rule.consuming_security_principals ?? [];
  if (Array.isArray(groups) && groups.length === 0) return [];
  const why = "the rule holds for some user groups only, and a security group does not know users";
  return [part("userGroups", rule, "consuming_security_principals", path, why)];
}

function hostFeature(
  rule: RuleJson,
  key: "sec_connect" | "machine_auth",
  kind: Inexpressible,
  path: string,
): readonly InexpressiblePart[] {
  const flag = readFlag(rule, key, false);
  if (flag === false) return [];
  if (flag === "unreadable") return [part("unreadable", rule, key, path, "it is true or false")];
  return [part(kind, rule, key, path, "the rule needs IPsec on both hosts, which a database does not speak")];
}

function network(rule: RuleJson, path: string): readonly InexpressiblePart[] {
  const value = rule.network_type ?? "brn";
  if (value === "brn" || value === "all") return [];
  if (value === "non_brn") {
    const why = "the rule is for networks outside the corporate one, and a VPC lies inside";
    return [part("nonCorporateNetwork", rule, "network_type", path, why)];
  }
  return [part("unreadable", rule, "network_type", path, "the words known here are brn, non_brn, all")];
}

function unreadableEnabled(rule: RuleJson, path: string): readonly InexpressiblePart[] {
  if (readFlag(rule, "enabled", true) !== "unreadable") return [];
  return [part("unreadable", rule, "enabled", path, "it is true or false")];
}

function part(
  kind: Inexpressible,
  rule: RuleJson,
  key: string,
  path: string,
  why: string,
): InexpressiblePart {
  const fix = "write a rule without it if the database should be reachable this way";
  return { kind, problem: { ...unreadableProblem(`${path}.${key}`, rule[key], why, fix), code: CODE[kind] } };
}

const CODE: Readonly<Record<Inexpressible, string>> = {
  userGroups: "PCE_RULE_USER_GROUPS",
  secureConnect: "PCE_RULE_SECURE_CONNECT",
  machineAuth: "PCE_RULE_MACHINE_AUTH",
  nonCorporateNetwork: "PCE_RULE_NON_BRN",
  unreadable: "PCE_UNREADABLE",
};
