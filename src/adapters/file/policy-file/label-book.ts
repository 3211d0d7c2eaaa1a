import { nearest } from "../../../core/nearest.ts";
import { labelHref } from "../../../core/policy/mapping/model.ts";
import type { Href, Label } from "../../../core/policy/model.ts";
import { type FileReader, note } from "./file-reader.ts";
import type { YamlPath } from "./yaml-source.ts";

/** The labels of a file: what is declared, what is given to objects, and what rules ask for. */
export interface LabelBook {
  /** Keys with a closed list of values. */
  readonly declared: ReadonlyMap<string, readonly string[]>;
  /** Values given to workloads and by mapping rules. */
  readonly given: Map<string, Set<string>>;
  /** Keys whose values come from tags, so that any value may turn up. */
  readonly open: Set<string>;
  readonly labels: Map<Href, Label>;
}

/** A book with the declarations in it. */
export function labelBook(reader: FileReader, declared: ReadonlyMap<string, readonly string[]>): LabelBook {
  const book: LabelBook = { declared, given: new Map(), open: new Set(), labels: new Map() };
  for (const [key, values] of declared) for (const value of values) addLabel(reader, book, key, value);
  return book;
}

function addLabel({ root }: FileReader, book: LabelBook, key: string, value: string): Href {
  const href = labelHref(root, key, value);
  book.labels.set(href, { href, key, value });
  return href;
}

/** Notes that an object gets a label; a value that is not declared is a problem. */
export function giveLabel(
  reader: FileReader,
  book: LabelBook,
  key: string,
  value: string,
  path: YamlPath,
): Href {
  const known = book.declared.get(key);
  if (known !== undefined && !known.includes(value)) note(reader, path, undeclared(key, value, known));
  const values = book.given.get(key) ?? new Set();
  book.given.set(key, values.add(value));
  return addLabel(reader, book, key, value);
}

/** The href of a label that a rule asks for; one that nothing can ever carry is a problem. */
export function askLabel(
  reader: FileReader,
  book: LabelBook,
  key: string,
  value: string,
  path: YamlPath,
): Href {
  const declared = book.declared.get(key);
  const given = [...(book.given.get(key) ?? [])];
  if (declared !== undefined) {
    if (!declared.includes(value)) note(reader, path, undeclared(key, value, declared));
  } else if (!book.open.has(key) && !given.includes(value)) {
    const keys = [...new Set([...book.declared.keys(), ...book.given.keys(), ...book.open])];
    note(reader, path, given.length === 0 ? unknownKey(key, keys) : neverGiven(key, value, given));
  }
  return addLabel(reader, book, key, value);
}

function undeclared(key: string, value: string, known: readonly string[]) {
  return {
    code: "POLICY_LABEL_UNKNOWN",
    what: `"${value}" is not among the values of the label "${key}"`,
    why: `the section "labels" lists every value that "${key}" may have`,
    fix: suggestion(value, known, `add it to labels.${key}, or use one of ${known.join(", ")}`),
  };
}

function neverGiven(key: string, value: string, given: readonly string[]) {
  return {
    code: "POLICY_LABEL_UNKNOWN",
    what: `nothing is ever labelled ${key}=${value}`,
    why: "no workload, database or mapping rule gives that label, so this would never match",
    fix: suggestion(value, given, `give the label to something, or use one of ${given.join(", ")}`),
  };
}

function unknownKey(key: string, keys: readonly string[]) {
  return {
    code: "POLICY_LABEL_UNKNOWN",
    what: `there is no label key "${key}"`,
    why: "no workload, database, mapping rule or declaration has that key, so this would never match",
    fix: suggestion(
      key,
      keys,
      keys.length === 0 ? 'label something under "mapping"' : `known keys: ${keys.join(", ")}`,
    ),
  };
}

function suggestion(word: string, known: readonly string[], otherwise: string): string {
  const close = nearest(word, known);
  return close === undefined ? otherwise : `did you mean "${close}"?`;
}
