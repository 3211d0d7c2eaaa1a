import type { Diagnostic } from "../../diagnostic.ts";
import type { LabelCatalog, LabelId } from "../../label/label-catalog.ts";
import type { LabelTerms } from "../../label/label-terms.ts";
import type { Href, VirtualService, Workload } from "../model.ts";
import type { PolicyIndex } from "../policy-index.ts";
import type { Gap } from "./change.ts";
import { mendGap } from "./change.ts";
import { alternatives, labelName, objectName } from "./words.ts";

/** A key at which an object fails label terms, and the labels that would do. */
export interface KeyGap {
  readonly key: string;
  readonly has: readonly LabelId[];
  /** Any of these would do; not empty. */
  readonly wanted: readonly LabelId[];
}

/** What keeps an object from matching label terms. */
export type LabelFit =
  | { readonly kind: "gaps"; readonly gaps: readonly KeyGap[]; readonly unreadable: boolean }
  /** No labels whatever would do. */
  | { readonly kind: "impossible"; readonly why: string };

interface KeyNeeds {
  readonly anyOf: (readonly LabelId[])[];
  readonly noneOf: LabelId[];
  asksForKey: boolean;
}

/** Compares the labels an object carries with all the terms, each of which must hold (the narrow reading). */
export function labelFit(
  catalog: LabelCatalog,
  carried: ReadonlySet<LabelId>,
  uncertain: boolean,
  terms: readonly LabelTerms[],
): LabelFit {
  const needs = new Map<string, KeyNeeds>();
  for (const each of terms) {
    const empty = each.anyOf.find((term) => term.key === undefined || term.labels.length === 0);
    if (empty !== undefined) return { kind: "impossible", why: "a label group in it has no members" };
    addNeeds(needs, each);
  }
  const gaps: KeyGap[] = [];
  for (const [key, need] of needs) {
    const has = [...carried].filter((id) => catalog.labels[id]?.key === key);
    if (isMet(need, has)) continue;
    const wanted = candidates(catalog, key, need);
    if (wanted.length === 0) return { kind: "impossible", why: `no label of the key "${key}" fulfils it` };
    gaps.push({ key, has, wanted });
  }
  gaps.sort((a, b) => (a.key < b.key ? -1 : 1));
  const unreadable = uncertain && terms.some((each) => each.noneOf.length > 0);
  return { kind: "gaps", gaps, unreadable };
}

function addNeeds(needs: Map<string, KeyNeeds>, terms: LabelTerms): void {
  const of = (key: string): KeyNeeds => {
    const known = needs.get(key) ?? { anyOf: [], noneOf: [], asksForKey: false };
    needs.set(key, known);
    return known;
  };
  for (const term of terms.anyOf) if (term.key !== undefined) of(term.key).anyOf.push(term.labels);
  for (const term of terms.noneOf) {
    if (term.key === undefined) continue;
    const need = of(term.key);
    need.noneOf.push(...term.labels);
    need.asksForKey = true;
  }
}

function isMet(need: KeyNeeds, has: readonly LabelId[]): boolean {
  if (need.asksForKey && has.length === 0) return false;
  if (need.noneOf.some((id) => has.includes(id))) return false;
  return need.anyOf.every((ids) => ids.some((id) => has.includes(id)));
}

const byKey = new WeakMap<LabelCatalog, ReadonlyMap<string, readonly LabelId[]>>();

/** Worked out once a catalog: explanations ask for it rule by rule. */
function labelsByKey(catalog: LabelCatalog): ReadonlyMap<string, readonly LabelId[]> {
  const known = byKey.get(catalog);
  if (known !== undefined) return known;
  const made = Map.groupBy(catalog.labels.keys(), (id) => catalog.labels[id]?.key ?? "");
  byKey.set(catalog, made);
  return made;
}

/** Labels that alone would meet the need, ordered by value. */
function candidates(catalog: LabelCatalog, key: string, need: KeyNeeds): LabelId[] {
  const fitting = (labelsByKey(catalog).get(key) ?? []).filter((id) => isMet(need, [id]));
  return fitting.sort((a, b) =>
    (catalog.labels[a]?.value ?? "") < (catalog.labels[b]?.value ?? "") ? -1 : 1,
  );
}

/** Ids of the labels that an object carries. */
export function carriedLabels(
  index: PolicyIndex,
  object: { readonly labels: readonly Href[] },
): Set<LabelId> {
  return new Set(object.labels.flatMap((href) => index.catalog.idOf.get(href) ?? []));
}

/** Gaps of a workload or virtual service; `undefined` when no labels would do. */
export function objectGaps(
  index: PolicyIndex,
  kind: "workload" | "virtualService",
  object: Workload | VirtualService,
  terms: readonly LabelTerms[],
): readonly Gap[] | undefined {
  const uncertain = (object.unreadable ?? []).length > 0;
  const fit = labelFit(index.catalog, carriedLabels(index, object), uncertain, terms);
  if (fit.kind === "impossible") return undefined;
  const gaps = fit.gaps.map((gap) => relabelGap(index, kind, object, gap));
  return fit.unreadable ? [...gaps, mendGap(unreadableObject(object))] : gaps;
}

function relabelGap(
  index: PolicyIndex,
  kind: "workload" | "virtualService",
  object: Workload | VirtualService,
  { key, has, wanted }: KeyGap,
): Gap {
  const name = `${kind === "workload" ? "workload" : "virtual service"} "${objectName(object)}"`;
  const asked = alternatives(index, key, wanted);
  const [first = 0] = wanted;
  return {
    code: has.length === 0 ? "LABEL_MISSING_ON_OBJECT" : "LABEL_DIFFERS",
    condition: `${name} has ${hasWords(index, key, has)}; ${asked} is asked for`,
    fix: `give ${name} the label ${labelName(index, first)}`,
    change: { kind: "relabel", object: kind, href: object.href, key, label: labelHref(index, first) },
  };
}

/** The href of a label in the catalog. */
export function labelHref(index: PolicyIndex, id: LabelId): Href {
  return index.catalog.labels[id]?.href ?? "";
}

function hasWords(index: PolicyIndex, key: string, has: readonly LabelId[]): string {
  return has.length === 0 ? `no label "${key}"` : has.map((id) => labelName(index, id)).join(" and ");
}

function unreadableObject(object: Workload | VirtualService): Diagnostic {
  return {
    code: "OBJECT_UNREADABLE",
    what: `"${objectName(object)}" cannot be read in full`,
    why: "it may carry a label that the rule excludes",
    fix: "correct its labels",
  };
}
