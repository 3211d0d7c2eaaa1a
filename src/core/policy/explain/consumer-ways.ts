import type { LabelTerms } from "../../label/label-terms.ts";
import type { AllowRule, VirtualService, Workload } from "../model.ts";
import type { RuleSide } from "../rule-side.ts";
import type { Gap } from "./change.ts";
import { ipListWay } from "./ip-list-way.ts";
import { labelFit, labelHref, objectGaps } from "./label-gaps.ts";
import type { Question } from "./question.ts";
import { nearestWays, type Party, type Way } from "./way.ts";
import { labelNameOf, objectName, scopeWords, termsWords } from "./words.ts";

/**
 * The ways in which the address could be a consumer of the rule in a scope, nearest first: by the labels of a
 * workload or virtual service that holds it, as a direct actor, or through an IP list. Never empty.
 */
export function consumerWays(
  question: Question,
  rule: AllowRule,
  side: RuleSide,
  scope: LabelTerms,
): readonly Way[] {
  const bound = rule.unscopedConsumers ? undefined : scope;
  const within = waysIn(question, rule, side, bound);
  const own = within.length > 0 || bound === undefined ? within : widened(question, rule, side, scope);
  const safe = own.some((way) => !relabelsDatabase(question, way));
  return nearestWays(safe ? own : [...own, asNewConsumer(question, rule)]);
}

/** A label that makes the database its own consumer may take it from the rule's providers. */
function relabelsDatabase({ index, match }: Question, { gaps }: Way): boolean {
  const own = [
    ...match.workloads.map((at) => index.workloads[at]?.href),
    ...match.bindings.map(({ virtualService }) => index.virtualServices[virtualService]?.href),
  ];
  return gaps.some(({ change }) => change.kind === "relabel" && own.includes(change.href));
}

/** Where no labels could fulfil rule and scope at once, the rule would have to leave its scope. */
function widened(question: Question, rule: AllowRule, side: RuleSide, scope: LabelTerms): readonly Way[] {
  const gap: Gap = {
    code: "OUTSIDE_SCOPE",
    condition: `no consumer of the rule can lie in its scope (${scopeWords(question.index, scope)})`,
    fix: "make the rule extra-scope",
    change: { kind: "makeExtraScope", rule: rule.href },
  };
  return waysIn(question, rule, side, undefined).map((way) => ({ ...way, gaps: [gap, ...way.gaps] }));
}

function waysIn(
  question: Question,
  rule: AllowRule,
  side: RuleSide,
  scope: LabelTerms | undefined,
): readonly Way[] {
  return [
    ...labelledWorkloads(question, rule, side, scope),
    ...labelledServices(question, rule, side, scope),
    ...direct(question, rule, side, scope),
    ...side.ipLists.flatMap((href) => ipListWay(question, href) ?? []),
  ];
}

function labelledWorkloads(
  question: Question,
  rule: AllowRule,
  side: RuleSide,
  scope: LabelTerms | undefined,
): readonly Way[] {
  if (side.terms === undefined || !rule.resolveConsumersAs.includes("workloads")) return [];
  const terms = together(side.terms, scope);
  const holders = workloadsOf(question, rule);
  if (holders.length === 0) return unknownConsumer(question, side.terms, terms);
  const by = words(question, side.terms);
  return holders.flatMap((workload) => way(question, workload, "workload", by, terms));
}

function labelledServices(
  question: Question,
  rule: AllowRule,
  side: RuleSide,
  scope: LabelTerms | undefined,
): readonly Way[] {
  const { terms } = side;
  if (terms === undefined || !rule.resolveConsumersAs.includes("virtualServices")) return [];
  const services = question.services.flatMap((at) => question.index.virtualServices[at] ?? []);
  const by = words(question, terms);
  return services.flatMap((each) => way(question, each, "virtualService", by, together(terms, scope)));
}

function direct(
  question: Question,
  rule: AllowRule,
  side: RuleSide,
  scope: LabelTerms | undefined,
): readonly Way[] {
  const { index } = question;
  const free = index.options.directActorsIgnoreScope === true || scope === undefined;
  const terms = free ? [] : [scope];
  const holders = new Set(positionsOf(question, rule));
  const workloads = side.workloads.filter((at) => holders.has(at)).flatMap((at) => index.workloads[at] ?? []);
  const services = side.virtualServices
    .filter((at) => question.services.includes(at))
    .flatMap((at) => index.virtualServices[at] ?? []);
  return [
    ...workloads.flatMap((each) => way(question, each, "workload", DIRECTLY, terms)),
    ...services.flatMap((each) => way(question, each, "virtualService", DIRECTLY, terms)),
  ];
}

const DIRECTLY = "named directly";

function way(
  question: Question,
  object: Workload | VirtualService,
  kind: "workload" | "virtualService",
  by: string,
  terms: readonly LabelTerms[],
): Way[] {
  const gaps = objectGaps(question.index, kind, object, terms);
  const party: Party = { kind, href: object.href, name: objectName(object), by };
  return gaps === undefined ? [] : [{ party, gaps }];
}

/** No workload holds the address: one with the right labels would have to be made. */
function unknownConsumer(question: Question, side: LabelTerms, terms: readonly LabelTerms[]): readonly Way[] {
  const { index, addressText } = question;
  const fit = labelFit(index.catalog, new Set(), false, terms);
  if (fit.kind === "impossible") return [];
  const labels = fit.gaps.map((gap) => labelHref(index, gap.wanted[0] ?? -1));
  const named = labels.map((href) => labelNameOf(index, href)).join(" ");
  const gap: Gap = {
    code: "CONSUMER_UNKNOWN",
    condition: `no workload holds ${addressText}, so it carries no labels; the rule is for ${words(question, side)}`,
    fix: `make an unmanaged workload with the address ${addressText}${named === "" ? "" : ` and the labels ${named}`}`,
    change: { kind: "addWorkload", address: addressText, labels },
  };
  return [{ party: { kind: "nobody", name: addressText, by: words(question, side) }, gaps: [gap] }];
}

/** The rule names others only. */
function asNewConsumer(question: Question, rule: AllowRule): Way {
  const { addressText } = question;
  return {
    party: { kind: "nobody", name: addressText, by: DIRECTLY },
    gaps: [
      {
        code: "NOT_A_CONSUMER",
        condition: `${addressText} is none of the rule's consumers`,
        fix: `add an IP list that holds ${addressText} to the rule's consumers`,
        change: { kind: "addConsumer", rule: rule.href, address: addressText },
      },
    ],
  };
}

function workloadsOf(question: Question, rule: AllowRule): readonly Workload[] {
  return positionsOf(question, rule).flatMap((at) => question.index.workloads[at] ?? []);
}

function positionsOf(question: Question, rule: AllowRule): readonly number[] {
  return rule.useWorkloadSubnets.includes("consumers") ? question.subnets : question.hosts;
}

const together = (terms: LabelTerms, scope: LabelTerms | undefined): readonly LabelTerms[] =>
  scope === undefined ? [terms] : [terms, scope];

const words = (question: Question, terms: LabelTerms): string =>
  termsWords(question.index, terms).join(" ") || "all workloads";
