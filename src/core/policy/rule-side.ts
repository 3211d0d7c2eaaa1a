import type { Diagnostic } from "../diagnostic.ts";
import { type LabelTerms, labelTerms } from "../label/label-terms.ts";
import type { Actor, Href, LabelTerm, Unreadable } from "./model.ts";
import type { PolicyIndex } from "./policy-index.ts";

/** The providers or the consumers of a rule, looked up in the index; the numbers are positions in it. */
export interface RuleSide {
  /** Labels, label groups and `ams`; absent when the side has none of them. */
  readonly terms?: LabelTerms;
  readonly workloads: readonly number[];
  readonly virtualServices: readonly number[];
  /** IP lists by href; all of them exist. */
  readonly ipLists: readonly Href[];
  /** Direct actors that cannot be read or do not exist: an allow goes on without them. */
  readonly dropped: readonly Diagnostic[];
  /** Some actor cannot be read, or is a workload or virtual service that we do not have: it might be any. */
  readonly anything: boolean;
  /** Which kinds of direct actor the side has, existing or not. */
  readonly names: ReadonlySet<"workload" | "virtualService" | "ipList">;
  /** Equal for sides that stand for the same objects. */
  readonly signature: string;
}

interface Draft {
  readonly terms: (LabelTerm | Unreadable)[];
  readonly workloads: Set<number>;
  readonly virtualServices: Set<number>;
  readonly ipLists: Set<Href>;
  readonly dropped: Diagnostic[];
  readonly names: Set<"workload" | "virtualService" | "ipList">;
  anything: boolean;
  ams: boolean;
}

/** Looks up the actors of one side of a rule. */
export function ruleSide(index: PolicyIndex, actors: readonly Actor[]): RuleSide {
  const draft: Draft = {
    terms: [],
    workloads: new Set(),
    virtualServices: new Set(),
    ipLists: new Set(),
    dropped: [],
    names: new Set(),
    anything: false,
    ams: false,
  };
  for (const actor of actors) addActor(index, draft, actor);
  const workloads = [...draft.workloads].sort((a, b) => a - b);
  const virtualServices = [...draft.virtualServices].sort((a, b) => a - b);
  const ipLists = [...draft.ipLists].sort();
  const labelled = draft.ams || draft.terms.length > 0;
  const terms = labelled ? labelTerms(index.catalog, draft.terms, "or", draft.ams) : undefined;
  const { dropped, names, anything } = draft;
  const flags = `${anything ? "?" : ""}${dropped.length > 0 ? "!" : ""}`;
  return {
    ...(terms === undefined ? {} : { terms }),
    workloads,
    virtualServices,
    ipLists,
    dropped,
    anything,
    names,
    signature: `${terms?.signature ?? ""}w${workloads}v${virtualServices}i${ipLists}${flags}`,
  };
}

function addActor(index: PolicyIndex, draft: Draft, actor: Actor): void {
  switch (actor.kind) {
    case "ams":
      draft.ams = true;
      return;
    case "label":
    case "labelGroup":
      draft.terms.push(actor);
      return;
    case "unreadable":
      draft.anything = true;
      if (actor.side === "label") draft.terms.push(actor);
      else draft.dropped.push(actor.problem);
      return;
    default:
      draft.names.add(actor.kind);
      addDirect(index, draft, actor.kind, actor.href);
  }
}

function addDirect(
  index: PolicyIndex,
  draft: Draft,
  kind: "workload" | "virtualService" | "ipList",
  href: Href,
): void {
  if (kind === "ipList") {
    if (index.ipLists.has(href)) draft.ipLists.add(href);
    else draft.dropped.push(missingActor("IP list", href));
    return;
  }
  const at = (kind === "workload" ? index.workloadAt : index.virtualServiceAt).get(href);
  if (at !== undefined) (kind === "workload" ? draft.workloads : draft.virtualServices).add(at);
  else {
    draft.anything = true;
    draft.dropped.push(missingActor(kind === "workload" ? "workload" : "virtual service", href));
  }
}

function missingActor(kind: string, href: Href): Diagnostic {
  return {
    code: "ACTOR_MISSING",
    what: `${kind} "${href}" is not in the policy`,
    why: "its addresses are unknown",
    fix: `provision the ${kind}, or take it out of the rule`,
  };
}
