import type { LabelTerms } from "../../label/label-terms.ts";
import type { AllowRule, Inexpressible, RuleSet } from "../model.ts";
import type { RuleSide } from "../rule-side.ts";
import { type Gap, mendGap } from "./change.ts";

const FEATURES: Readonly<Record<Exclude<Inexpressible, "unreadable">, string>> = {
  userGroups: "it is for user groups only, which no security group can tell apart",
  secureConnect: "it asks for SecureConnect, which works between hosts only",
  machineAuth: "it asks for machine authentication, which works between hosts only",
  nonCorporateNetwork: "it is for networks outside the corporate one",
};

/** What keeps a rule as a whole from granting anything, whoever asks. */
export function ruleGaps(
  ruleSet: RuleSet,
  rule: AllowRule,
  sides: { readonly providers: RuleSide; readonly consumers: RuleSide; readonly scope: LabelTerms },
): readonly Gap[] {
  const { providers, consumers, scope } = sides;
  const unreadable = [
    ...scope.emptying,
    ...(providers.terms?.emptying ?? []),
    ...(consumers.terms?.emptying ?? []),
  ];
  return [
    ...(ruleSet.enabled ? [] : [disabledRuleSet(ruleSet)]),
    ...(rule.enabled ? [] : [disabledRule(rule)]),
    ...inexpressibleGaps(rule),
    ...(hasMisplacedServices(rule, providers) ? [misplacedServices(rule)] : []),
    ...unreadable.map(mendGap),
  ];
}

function disabledRuleSet({ href, name }: RuleSet): Gap {
  return {
    code: "RULE_SET_DISABLED",
    condition: `the rule set "${name}" is disabled`,
    fix: `enable the rule set "${name}"`,
    change: { kind: "enableRuleSet", ruleSet: href },
  };
}

function disabledRule({ href }: AllowRule): Gap {
  return {
    code: "RULE_DISABLED",
    condition: "the rule is disabled",
    fix: "enable the rule",
    change: { kind: "enableRule", rule: href },
  };
}

function inexpressibleGaps(rule: AllowRule): readonly Gap[] {
  const gaps = new Map<Inexpressible, Gap>();
  if (rule.networkType === "non_brn")
    gaps.set("nonCorporateNetwork", inexpressible(rule, "nonCorporateNetwork"));
  for (const { kind, problem } of rule.inexpressible) {
    if (kind === "unreadable") gaps.set(kind, mendGap(problem));
    else gaps.set(kind, inexpressible(rule, kind));
  }
  return [...gaps.values()];
}

function inexpressible(rule: AllowRule, feature: Exclude<Inexpressible, "unreadable">): Gap {
  return {
    code: "INEXPRESSIBLE",
    condition: `a security group cannot express the rule: ${FEATURES[feature]}`,
    fix: "take that condition out of the rule",
    change: { kind: "makeExpressible", rule: rule.href, feature },
  };
}

/** Services beside providers that are virtual services only: such a rule is not valid. */
function hasMisplacedServices(rule: AllowRule, providers: RuleSide): boolean {
  if (rule.services.length === 0) return false;
  const labelled = providers.terms !== undefined;
  if (labelled && rule.resolveProvidersAs.includes("workloads")) return false;
  if (providers.names.has("workload") || providers.names.has("ipList")) return false;
  return (
    (labelled && rule.resolveProvidersAs.includes("virtualServices")) || providers.names.has("virtualService")
  );
}

function misplacedServices(rule: AllowRule): Gap {
  return {
    code: "SERVICES_BESIDE_VIRTUAL_SERVICE",
    condition: "the rule names services although its providers are virtual services only",
    fix: "take the services out of the rule",
    change: { kind: "takeServicesOut", rule: rule.href },
  };
}
