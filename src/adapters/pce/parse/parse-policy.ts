import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Policy } from "../../../core/policy/model.ts";
import { ok } from "../../../core/result.ts";
import type { PolicyCollections } from "./collections.ts";
import { parseIpList } from "./ip-list.ts";
import { parseLabel } from "./label.ts";
import { parseLabelGroup } from "./label-group.ts";
import { parseList } from "./parsed-list.ts";
import { parseRuleSet } from "./rule-set.ts";
import { parseService } from "./service.ts";
import { parseServiceBinding } from "./service-binding.ts";
import { parseVirtualService } from "./virtual-service.ts";
import { parseWorkload } from "./workload.ts";

/** What is known of the collections beside their content. */
export interface PolicyOrigin {
  readonly source: Policy["source"];
  /** The PCE's policy version, or a digest of the content. */
  readonly version: string;
  /** False when some collection may be cut short. */
  readonly complete: boolean;
  /** What was already wrong before parsing. */
  readonly problems?: readonly Diagnostic[];
}

/**
 * Reads a whole policy from the PCE's JSON. It never fails: what cannot be read stays in its place as unreadable, and
 * an object without an identity becomes a problem and makes the policy incomplete, so that nothing is revoked on it.
 */
export function parsePolicy(collections: PolicyCollections, origin: PolicyOrigin): Policy {
  const labels = parseList(collections.labels ?? [], "labels", parseLabel);
  const labelGroups = parseList(collections.label_groups ?? [], "label_groups", parseLabelGroup);
  const ipLists = parseList(collections.ip_lists ?? [], "ip_lists", parseIpList);
  const services = parseList(collections.services ?? [], "services", parseService);
  const workloads = parseList(collections.workloads ?? [], "workloads", parseWorkload);
  const virtual = parseList(collections.virtual_services ?? [], "virtual_services", parseVirtualService);
  const bindings = parseList(collections.service_bindings ?? [], "service_bindings", parseServiceBinding);
  const ruleSets = parseList(collections.rule_sets ?? [], "rule_sets", (json, path) =>
    ok(parseRuleSet(json, path)),
  );
  const lost = [labels, labelGroups, ipLists, services, workloads, virtual, bindings].flatMap(
    (list) => list.problems,
  );
  return {
    source: origin.source,
    version: origin.version,
    labels: labels.items,
    labelGroups: labelGroups.items,
    ipLists: ipLists.items,
    services: services.items,
    workloads: workloads.items,
    virtualServices: virtual.items.map((item) => item.virtualService),
    serviceBindings: bindings.items,
    ruleSets: ruleSets.items,
    complete: origin.complete && lost.length === 0,
    problems: [...(origin.problems ?? []), ...lost, ...virtual.items.flatMap((item) => item.problems)],
  };
}
