import type { RuleContent, RuleSource } from "../inventory/model.ts";
import { toRanges } from "../net/address-set.ts";
import { type Cidr, cidrBlock, rangeOfBlock } from "../net/cidr.ts";
import type { Because, DatabasePolicy } from "../policy/resolution.ts";
import type { GroupReference } from "./choose-references.ts";
import { type CidrSource, type CidrSources, cidrSources } from "./cidr-sources.ts";

/** One rule that should stand, and everything that made it so. */
export interface CompiledRule extends RuleContent {
  readonly because: readonly Because[];
  /** Set for a rule that stands for a limited time only, whatever policy says. */
  readonly lease?: { readonly until: string; readonly reason?: string };
  /** Of a rule that names a group: the granted addresses that it stands for, all of them members of the group. */
  readonly standsFor?: readonly Cidr[];
}

/**
 * The ingress rules that say exactly what policy grants on the database's listener: the minimal CIDR cover of the
 * allowed addresses, IPv4 before IPv6, ascending. A function of the allowed set alone; `because` names who put an
 * address into the rule, and is looked for when it is read.
 *
 * @param allowed more than policy grants only where the owner allows slack
 * @param sources shared by databases, most of whose rules are the same
 */
export function compileRules(
  policy: DatabasePolicy,
  port: number,
  allowed = policy.allowed,
  sources: CidrSources = cidrSources(),
): readonly CompiledRule[] {
  const rules: CompiledRule[] = [];
  for (const range of toRanges(allowed)) {
    for (const source of sources(range)) rules.push(new GrantedRule(policy, port, source));
  }
  return rules;
}

/** The rules that name groups, each with what put the addresses there that it stands for. */
export const referenceRules = (
  policy: DatabasePolicy,
  port: number,
  references: readonly GroupReference[],
): readonly CompiledRule[] => references.map((reference) => new ReferenceRule(policy, port, reference));

/** Addresses that policy granted by a rule: those of its CIDR, or those that its reference stands for. */
export function grantedCidrs({
  source,
  standsFor,
}: Pick<CompiledRule, "source" | "standsFor">): readonly Cidr[] {
  return source.kind === "cidr" ? [source.cidr] : (standsFor ?? []);
}

/** What a rule says, without why. */
export function ruleContent({ direction, protocol, fromPort, toPort, source }: RuleContent): RuleContent {
  return {
    direction,
    protocol,
    ...(fromPort === undefined ? {} : { fromPort }),
    ...(toPort === undefined ? {} : { toPort }),
    source,
  };
}

/** A class, because there may be millions: their reasons stay unmade and take no room. */
class GrantedRule implements CompiledRule {
  readonly direction = "ingress";
  readonly protocol = "tcp";
  readonly fromPort: number;
  readonly toPort: number;
  readonly source: CidrSource;
  readonly #policy: DatabasePolicy;

  constructor(policy: DatabasePolicy, port: number, source: CidrSource) {
    this.fromPort = port;
    this.toPort = port;
    this.source = source;
    this.#policy = policy;
  }

  get because(): readonly Because[] {
    return this.#policy.reasonsWithin(rangeOfBlock(cidrBlock(this.source.cidr)));
  }
}

/** The reasons of all that the reference stands for, each once. */
class ReferenceRule implements CompiledRule {
  readonly direction = "ingress";
  readonly protocol = "tcp";
  readonly fromPort: number;
  readonly toPort: number;
  readonly source: RuleSource;
  readonly standsFor: readonly Cidr[];
  readonly #policy: DatabasePolicy;

  constructor(policy: DatabasePolicy, port: number, { groupId, standsFor }: GroupReference) {
    this.fromPort = port;
    this.toPort = port;
    this.source = { kind: "securityGroup", groupId };
    this.standsFor = standsFor;
    this.#policy = policy;
  }

  get because(): readonly Because[] {
    const all = this.standsFor.flatMap((cidr) => this.#policy.reasonsWithin(rangeOfBlock(cidrBlock(cidr))));
    return [...new Map(all.map((reason) => [JSON.stringify(reason), reason])).values()];
  }
}
