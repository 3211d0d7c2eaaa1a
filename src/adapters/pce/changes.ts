import type { CollectionName } from "./parse/collections.ts";
import { COLLECTION_NAMES } from "./parse/collections.ts";

/** The draft, or what is provisioned. */
export type PolicyVersionName = "active" | "draft";

/** Collections that take effect at once, without being provisioned. */
const LIVE = ["labels", "workloads", "service_bindings"] as const satisfies readonly CollectionName[];

/** Collections that are provisioned together as one version. */
export const VERSIONED: readonly CollectionName[] = COLLECTION_NAMES.filter(
  (name) => !LIVE.some((live) => live === name),
);

/** First words of event types, in the singular, and the collection that such an event changes. */
const COLLECTION_OF_EVENT: Readonly<Record<string, CollectionName>> = {
  label: "labels",
  workload: "workloads",
  workload_interface: "workloads",
  service_binding: "service_bindings",
  rule_set: "rule_sets",
  sec_rule: "rule_sets",
  deny_rule: "rule_sets",
  ip_list: "ip_lists",
  service: "services",
  label_group: "label_groups",
  virtual_service: "virtual_services",
};

/** What provisions, restores or discards touches every versioned collection. */
const POLICY_EVENTS = new Set(["sec_policy", "sec_policy_pending"]);

/**
 * The collections that an event of this type may have changed. Edits of the draft change nothing that is active.
 *
 * @param eventType such as `workloads.set_labels`
 */
export function changedCollections(eventType: string, version: PolicyVersionName): readonly CollectionName[] {
  const object = eventType.split(".", 1)[0] ?? "";
  if (POLICY_EVENTS.has(object)) {
    return version === "draft" || eventType === "sec_policy.create" ? VERSIONED : [];
  }
  const name = COLLECTION_OF_EVENT[object] ?? COLLECTION_OF_EVENT[object.replace(/s$/, "")];
  if (name === undefined) return [];
  return version === "draft" || LIVE.some((live) => live === name) ? [name] : [];
}
