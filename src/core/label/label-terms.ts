import type { Diagnostic } from "../diagnostic.ts";
import type { LabelTerm, Unreadable } from "../policy/model.ts";
import { type LabelCatalog, type LabelId, missingLabel, missingLabelGroup } from "./label-catalog.ts";

/** Labels of one key; the object must carry one of them, or none of them. */
export interface KeyTerm {
  /** Absent for a group without readable members. */
  readonly key?: string;
  readonly labels: readonly LabelId[];
  /** A label is missing from the list because it could not be read. */
  readonly loose: boolean;
}

/**
 * Label terms ready to be matched. Two readings are possible, see `select`: narrow for what allows, wide for what takes
 * access away.
 */
export interface LabelTerms {
  /** Each must hold. */
  readonly anyOf: readonly KeyTerm[];
  /** Each must hold. */
  readonly noneOf: readonly KeyTerm[];
  /** Some inclusion could not be read, and it might be an alternative to any of `anyOf`. */
  readonly open: boolean;
  /** Unreadable terms whose loss could widen: the narrow reading matches nothing then. */
  readonly emptying: readonly Diagnostic[];
  /** Unreadable members of label groups: the narrow reading goes on without them. */
  readonly dropped: readonly Diagnostic[];
  /** Equal for terms that match the same objects in every universe of the catalog. */
  readonly signature: string;
}

/** How terms of the same key go together: alternatives in a rule, all of them in a scope. */
type SameKey = "or" | "and";

interface Draft {
  readonly anyOf: KeyTerm[];
  readonly noneOf: KeyTerm[];
  readonly emptying: Diagnostic[];
  readonly dropped: Diagnostic[];
  open: boolean;
}

/** Looks up the labels and groups that the terms name. `ams` absorbs the inclusions. */
export function labelTerms(
  catalog: LabelCatalog,
  terms: readonly (LabelTerm | Unreadable)[],
  sameKey: SameKey,
  ams = false,
): LabelTerms {
  const draft: Draft = { anyOf: [], noneOf: [], emptying: [], dropped: [], open: false };
  for (const term of terms) addTerm(catalog, draft, term, sameKey);
  const included = sameKey === "or" ? joinKeys(draft.anyOf) : draft.anyOf;
  const anyOf = ams ? [] : included;
  const { noneOf, emptying, dropped } = draft;
  const open = draft.open || ams;
  return { anyOf, noneOf, emptying, dropped, open, signature: signatureOf({ ...draft, anyOf, open }) };
}

function addTerm(catalog: LabelCatalog, draft: Draft, term: LabelTerm | Unreadable, sameKey: SameKey): void {
  const found = readTerm(catalog, term);
  if (term.kind !== "unreadable" && term.exclusion) addExclusion(draft, found);
  else addInclusion(draft, found, sameKey);
}

function addExclusion(draft: Draft, found: ReadTerm): void {
  if ("problem" in found) {
    draft.emptying.push(found.problem);
    return;
  }
  draft.noneOf.push(found.term);
  draft.emptying.push(...found.problems);
  if (found.term.key === undefined) draft.emptying.push(...found.unknownKey);
}

function addInclusion(draft: Draft, found: ReadTerm, sameKey: SameKey): void {
  if ("term" in found && (found.term.key !== undefined || found.problems.length === 0)) {
    draft.anyOf.push(found.term);
    draft.dropped.push(...found.problems);
    return;
  }
  draft.emptying.push(...("problem" in found ? [found.problem] : found.problems));
  // In a scope the other entries must hold whatever this one says; in a rule it may be an alternative to them.
  if (sameKey === "or") draft.open = true;
}

type ReadTerm =
  | { readonly problem: Diagnostic }
  | {
      readonly term: KeyTerm;
      readonly problems: readonly Diagnostic[];
      readonly unknownKey: readonly Diagnostic[];
    };

function readTerm(catalog: LabelCatalog, term: LabelTerm | Unreadable): ReadTerm {
  if (term.kind === "unreadable") return { problem: term.problem };
  if (term.kind === "label") {
    const id = catalog.idOf.get(term.href);
    const label = id === undefined ? undefined : catalog.labels[id];
    if (id === undefined || label === undefined) return { problem: missingLabel(term.href) };
    return { term: { key: label.key, labels: [id], loose: false }, problems: [], unknownKey: [] };
  }
  const group = catalog.group(term.href);
  if (group === undefined) return { problem: missingLabelGroup(term.href) };
  const { problems, labels } = group;
  const loose = problems.length > 0;
  const keyed = group.key === undefined ? {} : { key: group.key };
  return { term: { ...keyed, labels, loose }, problems, unknownKey: [unknownKey(term.href)] };
}

function unknownKey(href: string): Diagnostic {
  return {
    code: "LABEL_GROUP_WITHOUT_KEY",
    what: `label group "${href}" is excluded but has neither a key nor a label`,
    why: 'an exclusion means "has some other label of this key", and the key is unknown',
    fix: "give the label group a key or a label, or take the exclusion out",
  };
}

/** Terms of the same key become one list of alternatives. */
function joinKeys(terms: readonly KeyTerm[]): KeyTerm[] {
  const joined = new Map<string, KeyTerm>();
  const keyless: KeyTerm[] = [];
  for (const term of terms) {
    if (term.key === undefined) keyless.push(term);
    else joined.set(term.key, join(joined.get(term.key), term));
  }
  return [...keyless, ...joined.values()];
}

function join(known: KeyTerm | undefined, term: KeyTerm): KeyTerm {
  if (known === undefined) return term;
  return { ...term, labels: [...known.labels, ...term.labels], loose: known.loose || term.loose };
}

function signatureOf(draft: Draft): string {
  const side = (terms: readonly KeyTerm[]): string => [...new Set(terms.map(termSignature))].sort().join("&");
  const flags = `${draft.open ? "o" : ""}${draft.emptying.length > 0 ? "e" : ""}`;
  return `${flags}+${side(draft.anyOf)}-${side(draft.noneOf)}`;
}

function termSignature(term: KeyTerm): string {
  const labels = [...new Set(term.labels)].sort((a, b) => a - b);
  return `${JSON.stringify(term.key)}${labels.join(",")}${term.loose ? "~" : ""}`;
}
