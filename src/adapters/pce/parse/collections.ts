/** Names of the collections that make up a policy, as the PCE's URLs and our snapshots spell them. */
export const COLLECTION_NAMES = [
  "labels",
  "label_groups",
  "ip_lists",
  "services",
  "workloads",
  "virtual_services",
  "service_bindings",
  "rule_sets",
] as const;

export type CollectionName = (typeof COLLECTION_NAMES)[number];

/** Whole collections as GET returns them; an absent one is empty. */
export type PolicyCollections<Rows extends Iterable<unknown> = Iterable<unknown>> = {
  readonly [Name in CollectionName]?: Rows;
};
