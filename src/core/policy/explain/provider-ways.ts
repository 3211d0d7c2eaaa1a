import type { LabelTerms } from "../../label/label-terms.ts";
import type { AllowRule, VirtualService, Workload } from "../model.ts";
import type { Bound } from "../policy-index.ts";
import type { RuleSide } from "../rule-side.ts";
import { coverListener, type PortRange, portText, rulePorts } from "../service-ports.ts";
import { boundPorts } from "../virtual-service-ports.ts";
import type { Gap } from "./change.ts";
import { objectGaps } from "./label-gaps.ts";
import type { Question } from "./question.ts";
import { nearestWays, type Way } from "./way.ts";
import { objectName, termsWords } from "./words.ts";

/** A way that also tells whether the database is a provider of the rule already. */
export interface ProviderWay extends Way {
  readonly serves: boolean;
}

/**
 * The ways in which the database could be a provider of the rule in a scope, nearest first: as a workload with the
 * rule's services, or through a binding of a virtual service with that one's ports.
 */
export function providerWays(
  question: Question,
  rule: AllowRule,
  side: RuleSide,
  scope: LabelTerms,
): readonly ProviderWay[] {
  const ways = [...asWorkload(question, rule, side, scope), ...asService(question, rule, side, scope)];
  const serving = new Set(ways.filter((way) => way.serves));
  const ranked = nearestWays(ways) as readonly ProviderWay[];
  return ranked.toSorted((a, b) => Number(serving.has(b)) - Number(serving.has(a)));
}

function asWorkload(
  question: Question,
  rule: AllowRule,
  side: RuleSide,
  scope: LabelTerms,
): readonly ProviderWay[] {
  const { index, match } = question;
  const ports = rulePorts(index, rule.services).ranges;
  return match.workloads.flatMap((at) => {
    const object = index.workloads[at];
    if (object === undefined) return [];
    const party = { kind: "workload" as const, object };
    const byLabels = rule.resolveProvidersAs.includes("workloads");
    const port = portGap(question, rule, ports);
    return ways(question, { party, byLabels, direct: side.workloads.includes(at), side, scope, port });
  });
}

function asService(
  question: Question,
  rule: AllowRule,
  side: RuleSide,
  scope: LabelTerms,
): readonly ProviderWay[] {
  const { index, match } = question;
  return match.bindings.flatMap((bound) => {
    const object = index.virtualServices[bound.virtualService];
    if (object === undefined) return [];
    const party = { kind: "virtualService" as const, object };
    const byLabels = rule.resolveProvidersAs.includes("virtualServices");
    const direct = side.virtualServices.includes(bound.virtualService);
    return ways(question, {
      party,
      byLabels,
      direct,
      side,
      scope,
      port: servedPortGap(question, bound, object),
    });
  });
}

interface Provider {
  readonly party: {
    readonly kind: "workload" | "virtualService";
    readonly object: Workload | VirtualService;
  };
  /** The rule's labels stand for objects of this kind. */
  readonly byLabels: boolean;
  readonly direct: boolean;
  readonly side: RuleSide;
  readonly scope: LabelTerms;
  readonly port: readonly Gap[];
}

function ways(question: Question, provider: Provider): ProviderWay[] {
  const { index } = question;
  const { party, side, scope, port } = provider;
  const out: ProviderWay[] = [];
  const add = (by: string, terms: readonly LabelTerms[]): void => {
    const gaps = objectGaps(index, party.kind, party.object, terms);
    if (gaps === undefined) return;
    const found = { kind: party.kind, href: party.object.href, name: objectName(party.object), by };
    out.push({ party: found, gaps: [...gaps, ...port], serves: gaps.length === 0 });
  };
  if (provider.direct) add("named directly", index.options.directActorsIgnoreScope === true ? [] : [scope]);
  if (provider.byLabels && side.terms !== undefined) {
    add(termsWords(index, side.terms).join(" ") || "all workloads", [side.terms, scope]);
  }
  return out;
}

function portGap({ database }: Question, rule: AllowRule, ranges: readonly PortRange[]): readonly Gap[] {
  const { port } = database;
  if (port === undefined || coverListener(ranges, port)) return [];
  return [
    {
      code: "WRONG_PORT",
      condition: `the rule allows ${portsWords(ranges)}; the database listens on tcp ${port}`,
      fix: `add tcp ${port} to the services of the rule`,
      change: { kind: "allowPort", rule: rule.href, port },
    },
  ];
}

function servedPortGap(
  { index, database }: Question,
  bound: Bound,
  object: Workload | VirtualService,
): readonly Gap[] {
  const { port } = database;
  const { ranges } = boundPorts(index, bound);
  if (port === undefined || coverListener(ranges, port)) return [];
  const name = objectName(object);
  return [
    {
      code: "WRONG_PORT",
      condition: `the virtual service "${name}" serves ${portsWords(ranges)} there; the database listens on tcp ${port}`,
      fix: `let the virtual service "${name}" serve tcp ${port}, without a port override,`,
      change: { kind: "servePort", virtualService: object.href, port },
    },
  ];
}

function portsWords(ranges: readonly PortRange[]): string {
  return [...new Set(ranges.map(portText))].sort().join(", ") || "no port";
}
