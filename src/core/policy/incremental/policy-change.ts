import type { Href, Policy } from "../model.ts";

/** Objects of one collection that are new or different, and hrefs of those that are gone. */
export interface ObjectChange<T> {
  readonly put?: readonly T[];
  readonly removed?: readonly Href[];
}

/** The collections of a policy. */
export type Collection =
  | "labels"
  | "labelGroups"
  | "ipLists"
  | "services"
  | "workloads"
  | "virtualServices"
  | "serviceBindings"
  | "ruleSets";

/** What is different between two policies. What is absent is as it was. */
export type PolicyChange = {
  readonly [Name in Collection]?: ObjectChange<Policy[Name][number]>;
} & Partial<Pick<Policy, "version" | "complete" | "problems">>;

/** The policy after the change. New objects come last. */
export function changedPolicy(policy: Policy, change: PolicyChange): Policy {
  const { version = policy.version, complete = policy.complete, problems = policy.problems } = change;
  return {
    ...policy,
    version,
    complete,
    problems,
    labels: changedObjects(policy.labels, change.labels),
    labelGroups: changedObjects(policy.labelGroups, change.labelGroups),
    ipLists: changedObjects(policy.ipLists, change.ipLists),
    services: changedObjects(policy.services, change.services),
    workloads: changedObjects(policy.workloads, change.workloads),
    virtualServices: changedObjects(policy.virtualServices, change.virtualServices),
    serviceBindings: changedObjects(policy.serviceBindings, change.serviceBindings),
    ruleSets: changedObjects(policy.ruleSets, change.ruleSets),
  };
}

/** The objects after the change: replaced ones in their places, new ones last. */
export function changedObjects<T extends { readonly href: Href }>(
  objects: readonly T[],
  change: ObjectChange<T> | undefined,
): readonly T[] {
  const { put = [], removed = [] } = change ?? {};
  if (put.length + removed.length === 0) return objects;
  const news = new Map(put.map((object) => [object.href, object]));
  const gone = new Set(removed);
  const out: T[] = [];
  for (const object of objects) {
    const other = news.get(object.href);
    if (other !== undefined) out.push(other);
    else if (!gone.has(object.href)) out.push(object);
    news.delete(object.href);
  }
  return [...out, ...news.values()];
}
