import type { Quotas } from "../inventory/model.ts";
import type { AddressSet } from "../net/address-set.ts";
import type { DatabasePolicy } from "../policy/resolution.ts";
import { type ChosenReferences, chooseReferences } from "../rule/choose-references.ts";
import { type CompiledRule, compileRules, referenceRules } from "../rule/compile-rules.ts";
import { type Fit, fitRules, type SlackLimit } from "../rule/fit-rules.ts";
import type { World } from "./world.ts";

/** What policy's rules for one database come to, before any is placed in a group. */
export interface DesiredRules {
  readonly fit: Fit;
  /** Rules that name groups first, then addresses. Empty without a port. */
  readonly rules: readonly CompiledRule[];
}

/** What the rules of one database are made from. */
export interface DesiredInput {
  readonly policy: DatabasePolicy;
  readonly port: number | undefined;
  readonly vpcId: string | undefined;
  /** As far as they are free for rules of policy. */
  readonly quotas: Quotas;
  /** Addresses that slack must never admit. */
  readonly forbidden: AddressSet;
}

const NO_SLACK: SlackLimit = { maxAddresses: 0n };

/**
 * The rules that say what policy grants. Groups are named instead of addresses only where the owner wants that, and
 * never together with slack: where rules do not fit exactly with references, they are made as if there were none.
 */
export function desiredRules(world: World, input: DesiredInput): DesiredRules {
  return withReferences(world, input) ?? withAddresses(world, input);
}

function withReferences(world: World, input: DesiredInput): DesiredRules | undefined {
  const { policy, port, vpcId, quotas } = input;
  const groups = world.referable.get(vpcId ?? "") ?? [];
  if (port === undefined || groups.length === 0) return undefined;
  const { references, rest } = chooseReferences(policy.allowed, groups);
  if (references.length === 0 || !fits({ references, rest }, quotas)) return undefined;
  return {
    fit: { allowed: policy.allowed, slack: [] },
    rules: [
      ...referenceRules(policy, port, references),
      ...compileRules(policy, port, rest, world.cidrSources),
    ],
  };
}

/** A reference takes a rule of either family: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html */
function fits({ references, rest }: ChosenReferences, quotas: Quotas): boolean {
  const room = quotas.rulesPerSecurityGroup * quotas.securityGroupsPerInterface - references.length;
  const left = { ...quotas, rulesPerSecurityGroup: room, securityGroupsPerInterface: 1 };
  return fitRules(rest, left, NO_SLACK, rest).overflow === undefined;
}

function withAddresses(world: World, { policy, port, quotas, forbidden }: DesiredInput): DesiredRules {
  const fit = fitRules(policy.allowed, quotas, world.settings.slack ?? NO_SLACK, forbidden);
  return {
    fit,
    rules: port === undefined ? [] : compileRules(policy, port, fit.allowed, world.cidrSources),
  };
}
