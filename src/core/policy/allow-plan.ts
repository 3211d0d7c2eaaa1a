import type { Diagnostic } from "../diagnostic.ts";
import type { ConsumerSet, Consumers } from "./consumer-set.ts";
import { inPlace, nameOf, ruleName } from "./findings.ts";
import type { AllowRule } from "./model.ts";
import { type RuleSide, ruleSide } from "./rule-side.ts";
import { type Ports, rulePorts } from "./service-ports.ts";

/** What an allow rule comes to, apart from scopes and databases. Made only for rules that serve some database. */
export interface AllowPlan {
  readonly rule: AllowRule;
  readonly consumers: RuleSide;
  /** Ports of the part of the providers that are workloads. */
  readonly ports: Ports;
  /** The rule as a whole grants nothing; the findings say why. */
  readonly void: boolean;
  /** For every database that the rule serves. */
  readonly findings: readonly Diagnostic[];
  /** What the rule opens besides the listener, by listener port: the same for all databases with that port. */
  readonly listenerFindings: Map<number, readonly Diagnostic[]>;
}

/** Reads an allow rule. */
export function allowPlan(lookups: Consumers, rule: AllowRule, providers: RuleSide): AllowPlan {
  const consumers = ruleSide(lookups.index, rule.consumers);
  const ports = rulePorts(lookups.index, rule.services);
  const stopping = [
    ...inexpressible(rule),
    ...inSide(rule, "consumers", consumers.terms?.emptying ?? [], "the rule grants nothing"),
    ...misplacedServices(rule, providers),
  ];
  const narrowing = [
    ...inSide(rule, "consumers", consumers.dropped, "the other consumers count"),
    ...inSide(rule, "consumers", consumers.terms?.dropped ?? [], "the other labels of the group count"),
    ...inSide(rule, "services", ports.problems, "the other services count"),
    ...consumers.ipLists.flatMap((href) => listFindings(lookups, rule, href)),
  ];
  return {
    rule,
    consumers,
    ports,
    void: stopping.length > 0,
    findings: [...stopping, ...narrowing],
    listenerFindings: new Map(),
  };
}

/** Problems of one side of a rule, with what they mean for it. */
export function inSide(
  rule: AllowRule,
  side: "providers" | "consumers" | "services",
  problems: readonly Diagnostic[],
  effect: string,
): Diagnostic[] {
  return problems.map((problem) => inPlace(`${ruleName(rule)}, ${side}`, problem, effect));
}

/** Why a rule as a whole grants nothing: a security group cannot say it. */
export function inexpressible(rule: AllowRule): Diagnostic[] {
  const known = rule.inexpressible.map(({ problem }) =>
    inPlace(ruleName(rule), problem, "the rule grants nothing"),
  );
  const told = rule.inexpressible.some(({ kind }) => kind === "nonCorporateNetwork");
  if (rule.networkType !== "non_brn" || told) return known;
  return [
    ...known,
    {
      code: "RULE_NON_CORPORATE_NETWORK",
      what: `${ruleName(rule)} is for networks outside the corporate one and grants nothing`,
      why: 'its network type is "non_brn", and clients of a database are inside',
      fix: 'set the network type of the rule to "brn" or "all"',
    },
  ];
}

/** Whether the providers of the rule are virtual services and nothing else. */
function servesVirtualServicesOnly(rule: AllowRule, providers: RuleSide): boolean {
  const labelled = providers.terms !== undefined;
  const asWorkloads = labelled && rule.resolveProvidersAs.includes("workloads");
  if (asWorkloads || providers.names.has("workload") || providers.names.has("ipList")) return false;
  const asServices = labelled && rule.resolveProvidersAs.includes("virtualServices");
  return asServices || providers.names.has("virtualService");
}

/** A rule with services of its own whose providers bring theirs along. */
export function misplacedServices(rule: AllowRule, providers: RuleSide): Diagnostic[] {
  if (rule.services.length === 0 || !servesVirtualServicesOnly(rule, providers)) return [];
  return [
    {
      code: "SERVICES_BESIDE_VIRTUAL_SERVICE",
      what: `${ruleName(rule)} names services although its providers are virtual services only, and grants nothing`,
      why: "the ports come from the virtual service; a rule with both is not valid",
      fix: "take the services out of the rule, or resolve its providers as workloads",
    },
  ];
}

function listFindings(lookups: Consumers, rule: AllowRule, href: string): Diagnostic[] {
  const list = lookups.index.ipLists.get(href);
  if (list === undefined) return [];
  const { problems } = lookups.ipList(href, "narrow");
  const out = inSide(rule, "consumers", problems, "what it may name is not granted");
  if (list.fqdns.length > 0) out.push(fqdnsIgnored(rule, nameOf(list)));
  return out;
}

function fqdnsIgnored(rule: AllowRule, list: string): Diagnostic {
  return {
    code: "IP_LIST_FQDNS_IGNORED",
    what: `${ruleName(rule)} has the IP list ${list} among its consumers, whose host names grant nothing`,
    why: "host names of an IP list work for outbound traffic only; no source address follows from them",
    fix: "add the clients' addresses to the IP list",
  };
}

/** Direct actors that the scope leaves out of the consumers. */
export function outsideScope({ rule }: AllowPlan, consumers: ConsumerSet): Diagnostic[] {
  return consumers.outside.map((href) => actorOutsideScope(rule, "consumers", href));
}

/** A direct actor that does not count because it lies outside the scope. */
export function actorOutsideScope(
  rule: AllowRule,
  side: "providers" | "consumers",
  href: string,
): Diagnostic {
  const wider =
    side === "consumers" ? "make the rule extra-scope, " : "move the rule to a rule set with a wider scope, ";
  return {
    code: "ACTOR_OUTSIDE_SCOPE",
    what: `${ruleName(rule)}, ${side}: "${href}" lies outside the scope and does not count`,
    why: "whether an actor named directly counts outside the scope is not documented, so it is left out",
    fix: `${wider}or give the object the labels of the scope`,
  };
}
