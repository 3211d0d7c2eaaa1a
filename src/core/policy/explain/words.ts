import type { LabelId } from "../../label/label-catalog.ts";
import type { KeyTerm, LabelTerms } from "../../label/label-terms.ts";
import type { Href, VirtualService, Workload } from "../model.ts";
import type { PolicyIndex } from "../policy-index.ts";

/** What people call an object: its name, else its host name, else its href. */
export function objectName(object: Workload | VirtualService): string {
  if (object.name !== undefined && object.name !== "") return object.name;
  return ("hostname" in object ? object.hostname : undefined) ?? object.href;
}

/** `env=prod`. */
export function labelName(index: PolicyIndex, id: LabelId): string {
  const label = index.catalog.labels[id];
  return label === undefined ? `label ${id}` : `${label.key}=${label.value}`;
}

/** `env=prod`, by href. */
export function labelNameOf(index: PolicyIndex, href: Href): string {
  const id = index.catalog.idOf.get(href);
  return id === undefined ? href : labelName(index, id);
}

/** `role=web|batch`: labels of one key as alternatives. Many are cut short. */
export function alternatives(index: PolicyIndex, key: string, ids: readonly LabelId[]): string {
  const values = [...new Set(ids.map((id) => index.catalog.labels[id]?.value ?? ""))].sort();
  const shown = values.slice(0, 4).join("|");
  return `${key}=${shown}${values.length > 4 ? `|… (${values.length})` : ""}`;
}

/** What terms ask for, sorted: `app=orders`, `role=web|batch`, `env not dev`. */
export function termsWords(index: PolicyIndex, terms: LabelTerms): readonly string[] {
  const wanted = terms.anyOf.map((term) => termWords(index, term));
  const unwanted = terms.noneOf.map((term) => {
    const values = term.labels.map((id) => index.catalog.labels[id]?.value ?? "").sort();
    return `${term.key ?? "?"} not ${values.join("|")}`;
  });
  return [...new Set([...wanted, ...unwanted])].sort();
}

function termWords(index: PolicyIndex, term: KeyTerm): string {
  if (term.key === undefined) return "an empty label group";
  return alternatives(index, term.key, term.labels);
}

/** The scope as people write it; `everything` for one without entries. */
export function scopeWords(index: PolicyIndex, scope: LabelTerms): string {
  const words = termsWords(index, scope);
  return words.length === 0 ? "everything" : words.join(" ");
}
