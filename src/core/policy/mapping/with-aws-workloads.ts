import type { Diagnostic } from "../../diagnostic.ts";
import type { Inventory } from "../../inventory/model.ts";
import { nearest } from "../../nearest.ts";
import type { Label, Policy, Workload } from "../model.ts";
import { type AwsObject, awsObjects } from "./aws-objects.ts";
import { labeller } from "./mapped-labels.ts";
import { labelHref, type MappingRule, type PolicyMapping } from "./model.ts";

/** A policy whose mapping rules have been asked, and what they had to leave out. */
export interface MappedPolicy {
  readonly policy: Policy;
  readonly findings: readonly Diagnostic[];
}

/**
 * Adds a workload for each AWS object that a mapping rule labels; a database's names its ARN. A policy without mapping
 * rules (that of a PCE) comes back as it is.
 *
 * What of AWS could not be read may be a workload, so the policy is then incomplete and nothing is revoked on it.
 */
export function withAwsWorkloads(policy: Policy, inventory: Inventory, owner: string): MappedPolicy {
  const { mapping } = policy;
  if (mapping === undefined) return { policy, findings: [] };
  const rules = labeller(mapping);
  const byHand = new Set(policy.workloads.flatMap((w) => w.externalDataReference ?? []));
  const labels = new Map(policy.labels.map((l) => [l.href, l]));
  const workloads: Workload[] = [];
  const findings: Diagnostic[] = [];
  const objects = awsObjects(inventory, owner);
  for (const object of objects) {
    if (object.arn !== undefined && byHand.has(object.arn)) continue;
    const mapped = rules.label(object);
    findings.push(...mapped.findings);
    if (mapped.labels.size === 0) continue;
    const own = labelsIn(mapping, mapped.labels);
    for (const each of own) labels.set(each.href, each);
    workloads.push(
      toWorkload(mapping, { ...object, addresses: unique([...object.addresses, ...mapped.addresses]) }, own),
    );
  }
  const unread = needsConsumers(mapping) ? (inventory.consumersUnread ?? []) : [];
  const untold = unread.filter((finding) => !inventory.findings.includes(finding));
  return {
    policy: {
      ...policy,
      labels: [...labels.values()],
      workloads: [...policy.workloads, ...workloads],
      complete: policy.complete && unread.length === 0,
    },
    findings: [...findings, ...rules.idle().map((rule) => fitsNothing(rule, objects)), ...untold],
  };
}

/** A rule that labels nothing is a mistake more often than not. */
function fitsNothing({ line, match }: MappingRule, objects: readonly AwsObject[]): Diagnostic {
  const wanted = match.names ?? [];
  const close = wanted.flatMap(
    (name) =>
      nearest(
        name,
        objects.map((o) => o.name),
      ) ?? [],
  );
  const whom = wanted.length === 0 ? "" : ` (${wanted.map((name) => `"${name}"`).join(", ")})`;
  return {
    code: "MAPPING_FITS_NOTHING",
    what: `the rule of line ${line}${whom} labels nothing that AWS has`,
    why: "no object meets all of its conditions, so it changes nothing",
    fix:
      close.length === 0
        ? "compare its conditions with the tags and names in AWS, or take it out"
        : `did you mean ${close.map((name) => `"${name}"`).join(", ")}?`,
  };
}

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

const needsConsumers = ({ rules }: PolicyMapping): boolean => rules.length > 0;

const labelsIn = ({ root }: PolicyMapping, labels: ReadonlyMap<string, string>): readonly Label[] =>
  [...labels].map(([key, value]) => ({ href: labelHref(root, key, value), key, value }));

function toWorkload({ root }: PolicyMapping, object: AwsObject, labels: readonly Label[]): Workload {
  return {
    href: `${root}/aws/${object.id}`,
    name: object.name,
    ...(object.hostname === undefined ? {} : { hostname: object.hostname }),
    ...(object.arn === undefined ? {} : { externalDataReference: object.arn }),
    managed: false,
    interfaces: object.addresses.map((address, i) => ({
      name: `eth${i}`,
      address,
      loopback: false,
      linkLocal: false,
    })),
    ignoredInterfaceNames: [],
    labels: labels.map((l) => l.href),
    unreadable: [],
  };
}
