import type { RuleSource, SecurityGroup, SecurityGroupRule } from "../inventory/model.ts";
import { type AddressSet, intersect, isEmpty } from "../net/address-set.ts";
import { addressesOfSource, coversTcpPort, type PeerIndex } from "./reach.ts";

/** A live rule that admits some of the addresses to a port. */
export interface AdmittingRule {
  readonly group: SecurityGroup;
  readonly rule: SecurityGroupRule;
  /** Those of the addresses asked about that it admits. */
  readonly admitted: AddressSet;
}

/** What the groups say of some addresses and a TCP port. */
export interface Admission {
  readonly rules: readonly AdmittingRule[];
  /** Peers whose addresses cannot be known from here; any of the addresses may be among them. */
  readonly unknown: readonly { readonly group: SecurityGroup; readonly source: RuleSource }[];
}

/** Which rules of the groups admit any of the addresses to the port, each by itself. */
export function admittingRules(
  groups: readonly SecurityGroup[],
  addresses: AddressSet,
  port: number,
  peers: PeerIndex,
): Admission {
  const rules: AdmittingRule[] = [];
  const unknown: { group: SecurityGroup; source: RuleSource }[] = [];
  const covering = groups.flatMap((group) => ingressTo(group, port).map((rule) => ({ group, rule })));
  for (const { group, rule } of covering) {
    const of = addressesOfSource(rule.source, peers);
    if (of === undefined) {
      unknown.push({ group, source: rule.source });
      continue;
    }
    const admitted = intersect(of, addresses);
    if (!isEmpty(admitted)) rules.push({ group, rule, admitted });
  }
  return { rules, unknown };
}

const ingressTo = (group: SecurityGroup, port: number): readonly SecurityGroupRule[] =>
  group.rules.filter((rule) => rule.direction === "ingress" && coversTcpPort(rule, port));
