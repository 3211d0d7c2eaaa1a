import type { Href, Policy } from "../model.ts";
import type { PolicyIndex } from "../policy-index.ts";
import type { DatabaseIdentity, Resolution, ResolveOptions } from "../resolution.ts";
import { applyChange, type LiveResolution, liveResolution } from "./live-resolution.ts";
import type { Collection } from "./policy-change.ts";
import { policyDiff } from "./policy-diff.ts";

/** A policy that was resolved so that the next reading of it can follow. Immutable. */
export interface FollowedPolicy {
  /** The reading that was resolved, as it was given. */
  readonly policy: Policy;
  readonly index: PolicyIndex;
  readonly resolution: Resolution;
  /** `parts`: only what is different from the reading before was resolved. `nothing`: it was the same. */
  readonly resolved: "all" | "parts" | "nothing";
  readonly live: LiveResolution;
  /** Resolves the reading after this one. */
  readonly next: FollowPolicy;
}

/** Resolves a reading of a policy. */
export type FollowPolicy = (
  policy: Policy,
  databases: readonly DatabaseIdentity[],
  options?: ResolveOptions,
) => FollowedPolicy;

/** Resolves a first reading, so that others can follow. */
export const followFromNowOn: FollowPolicy = (...first) => followPolicy(undefined, ...first);

/**
 * Resolves the next reading of a policy from the one before: compares the two object by object and resolves what the
 * difference touches. The outcome has the bytes of a resolution from the beginning, which is also what is made where
 * there is nothing to follow: other databases or options, or a policy that names an object twice.
 */
export function followPolicy(
  before: FollowedPolicy | undefined,
  policy: Policy,
  databases: readonly DatabaseIdentity[],
  options: ResolveOptions = {},
): FollowedPolicy {
  if (before === undefined || !mayFollow(before, policy, databases, options)) {
    return followed(policy, liveResolution(policy, databases, options), "all");
  }
  if (before.policy === policy) return followed(policy, before.live, "nothing");
  const change = policyDiff(before.policy, policy);
  const same =
    COLLECTIONS.every((name) => change[name] === undefined) &&
    change.complete === before.policy.complete &&
    change.problems === before.policy.problems;
  if (same) return followed(policy, before.live, "nothing");
  const applied = applyChange(before.live, change);
  return followed(policy, applied.live, applied.resolved);
}

function followed(
  policy: Policy,
  live: LiveResolution,
  resolved: FollowedPolicy["resolved"],
): FollowedPolicy {
  const { index, resolution } = live;
  const now: FollowedPolicy = {
    policy,
    index,
    resolution,
    resolved,
    live,
    next: (...reading) => followPolicy(now, ...reading),
  };
  return now;
}

function mayFollow(
  { live, policy: old }: FollowedPolicy,
  policy: Policy,
  databases: readonly DatabaseIdentity[],
  options: ResolveOptions,
): boolean {
  return (
    live.parts !== undefined &&
    old.source === policy.source &&
    JSON.stringify(live.index.options) === JSON.stringify(options) &&
    JSON.stringify(live.databases) === JSON.stringify(databases) &&
    (old === policy || COLLECTIONS.every((name) => isUnique(policy[name])))
  );
}

const COLLECTIONS: readonly Collection[] = [
  "labels",
  "labelGroups",
  "ipLists",
  "services",
  "workloads",
  "virtualServices",
  "serviceBindings",
  "ruleSets",
];

/** Twins have a meaning of their own, which a difference by href does not carry. */
function isUnique(objects: readonly { readonly href: Href }[]): boolean {
  return new Set(objects.map((object) => object.href)).size === objects.length;
}
