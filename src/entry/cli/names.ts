import type { Planned } from "../../app/plan-databases.ts";
import type { NameOf } from "./render/plan-text.ts";

/** Names that people gave to the policy objects behind hrefs. */
export function namesOf({ index }: Planned): NameOf {
  const names = new Map<string, string>();
  const { workloads, virtualServices, ipLists, ruleSets } = index.policy;
  for (const workload of workloads)
    names.set(workload.href, workload.name ?? workload.hostname ?? workload.href);
  for (const object of [...virtualServices, ...ipLists]) names.set(object.href, object.name);
  for (const ruleSet of ruleSets) {
    for (const rule of [...ruleSet.rules, ...ruleSet.denyRules]) {
      names.set(
        rule.href,
        rule.description === undefined || rule.description === ""
          ? `a rule of "${ruleSet.name}"`
          : `"${rule.description}"`,
      );
    }
  }
  return (href) => names.get(href) ?? href;
}
