import { assertNever } from "../../assert-never.ts";
import { parseAddress } from "../../net/address.ts";
import type { AllowRule, DenyRule, Href, IpList, Policy, RuleSet } from "../model.ts";
import type { Change } from "./change.ts";

/** The policy as it would be after the changes. What only mending or provisioning could do is left as it is. */
export function applyChanges(policy: Policy, changes: readonly Change[]): Policy {
  return changes.reduce(applyChange, policy);
}

function applyChange(policy: Policy, change: Change): Policy {
  switch (change.kind) {
    case "enableRuleSet":
      return withRuleSets(policy, (set) => (set.href === change.ruleSet ? { ...set, enabled: true } : set));
    case "enableRule":
      return withRule(policy, change.rule, (rule) => ({ ...rule, enabled: true }));
    case "relabel":
      return relabelled(policy, change);
    case "addWorkload":
      return withNewWorkload(policy, change.address, change.labels);
    case "includeInIpList":
      return withIpList(policy, change.ipList, (list) => ({
        ...list,
        ranges: [...list.ranges, { from: change.address, to: change.address, exclusion: false }],
      }));
    case "liftExclusion":
      return withIpList(policy, change.ipList, (list) => withoutExclusionsOf(list, change.address));
    case "addConsumer":
      return withNewConsumer(policy, change);
    case "makeExtraScope":
      return withRule(policy, change.rule, (rule) => ({ ...rule, unscopedConsumers: true }));
    case "allowPort":
      return withRule(policy, change.rule, (rule) => ({
        ...rule,
        services: [
          ...rule.services,
          { kind: "port", protocol: TCP, fromPort: change.port, toPort: change.port },
        ],
      }));
    case "servePort":
      return withServedPort(policy, change.virtualService, change.port);
    case "takeServicesOut":
      return withRule(policy, change.rule, (rule) => ({ ...rule, services: [] }));
    case "makeExpressible":
      return withRule(policy, change.rule, (rule) => expressible(rule, change.feature));
    case "liftOverrideDeny":
      return withDenyRule(policy, change.rule, (rule) => ({ ...rule, enabled: false }));
    case "mend":
    case "provision":
      return policy;
    default:
      return assertNever(change);
  }
}

const TCP = 6;

function withRuleSets(policy: Policy, change: (set: RuleSet) => RuleSet): Policy {
  return { ...policy, ruleSets: policy.ruleSets.map(change) };
}

function withRule(policy: Policy, href: Href, change: (rule: AllowRule) => AllowRule): Policy {
  return withRuleSets(policy, (set) => ({
    ...set,
    rules: set.rules.map((rule) => (rule.href === href ? change(rule) : rule)),
  }));
}

function withDenyRule(policy: Policy, href: Href, change: (rule: DenyRule) => DenyRule): Policy {
  return withRuleSets(policy, (set) => ({
    ...set,
    denyRules: set.denyRules.map((rule) => (rule.href === href ? change(rule) : rule)),
  }));
}

function withIpList(policy: Policy, href: Href, change: (list: IpList) => IpList): Policy {
  return { ...policy, ipLists: policy.ipLists.map((list) => (list.href === href ? change(list) : list)) };
}

function expressible(rule: AllowRule, feature: string): AllowRule {
  const inexpressible = rule.inexpressible.filter(({ kind }) => kind !== feature);
  return {
    ...rule,
    inexpressible,
    networkType: feature === "nonCorporateNetwork" ? "brn" : rule.networkType,
  };
}

function relabelled(policy: Policy, change: Extract<Change, { kind: "relabel" }>): Policy {
  const ofKey = new Set(policy.labels.filter((label) => label.key === change.key).map((label) => label.href));
  const relabel = <T extends { readonly href: Href; readonly labels: readonly Href[] }>(object: T): T => {
    if (object.href !== change.href) return object;
    return { ...object, labels: [...object.labels.filter((label) => !ofKey.has(label)), change.label] };
  };
  return change.object === "workload"
    ? { ...policy, workloads: policy.workloads.map(relabel) }
    : { ...policy, virtualServices: policy.virtualServices.map(relabel) };
}

function withNewWorkload(policy: Policy, address: string, labels: readonly Href[]): Policy {
  const workload = {
    href: `/what-if/workloads/${address}`,
    name: address,
    managed: false,
    interfaces: [{ name: "eth0", address, loopback: false, linkLocal: false }],
    ignoredInterfaceNames: [],
    labels,
    unreadable: [],
  };
  return { ...policy, workloads: [...policy.workloads, workload] };
}

function withoutExclusionsOf(list: IpList, text: string): IpList {
  return {
    ...list,
    ranges: list.ranges.filter((range) => !(range.exclusion === true && holds(range, text))),
  };
}

function holds(range: IpList["ranges"][number], text: string): boolean {
  if ("kind" in range) return false;
  const [from, to, address] = [parseAddress(range.from), parseAddress(range.to), parseAddress(text)];
  if (!from.ok || !to.ok || !address.ok || from.value.family !== address.value.family) return false;
  return from.value.value <= address.value.value && address.value.value <= to.value.value;
}

function withNewConsumer(policy: Policy, change: Extract<Change, { kind: "addConsumer" }>): Policy {
  const { address, rule: href } = change;
  const list = `/what-if/ip_lists/${address}`;
  const ranges = [{ from: address, to: address, exclusion: false }];
  const widened = withRule(policy, href, (rule) => ({
    ...rule,
    consumers: [...rule.consumers, { kind: "ipList", href: list }],
  }));
  return { ...widened, ipLists: [...policy.ipLists, { href: list, name: address, ranges, fqdns: [] }] };
}

function withServedPort(policy: Policy, href: Href, port: number): Policy {
  return {
    ...policy,
    virtualServices: policy.virtualServices.map((each) => {
      if (each.href !== href) return each;
      const { service: _, ...rest } = each;
      return { ...rest, servicePorts: [{ kind: "port", protocol: TCP, fromPort: port, toPort: port }] };
    }),
    serviceBindings: policy.serviceBindings.map((binding) =>
      binding.virtualService === href ? { ...binding, portOverrides: [] } : binding,
    ),
  };
}
