import {
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { LabelQuery } from "../../../core/policy/source/consumer-source.ts";
import { byScope, type LabelRule, ruleSetName } from "../../../core/suggest/label-rule.ts";
import { PolicyFault } from "../../../ports/policy-fault.ts";

/**
 * Adds rules to the text of a policy file. Not a byte of what is there changes: a rule goes behind the last one of the
 * enabled rule set that has exactly its scope, or into a new rule set behind the last. Only the brackets of an empty
 * `rule_sets: []` go, since no line could be added inside them.
 *
 * @param text a policy file that can be read
 * @throws {PolicyFault} `invalid` where the rule sets are written in brackets
 */
export function addRules(text: string, rules: readonly LabelRule[]): string {
  return rules.length === 0 ? text : addLines(withoutEmptyBrackets(text), rules);
}

/** An empty list in brackets as an empty section. */
function withoutEmptyBrackets(text: string): string {
  const sets = parseDocument(text).get("rule_sets", true);
  if (!isSeq(sets) || sets.flow !== true || sets.items.length > 0) return text;
  const [start, end] = sets.range ?? [0, 0];
  return text.slice(0, start).trimEnd() + text.slice(end);
}

function addLines(text: string, rules: readonly LabelRule[]): string {
  const document = parseDocument(text);
  if (isMap(document.contents) && document.contents.flow === true) throw inBrackets("the whole file");
  const sets = document.get("rule_sets", true);
  const taken = new Set(isSeq(sets) ? sets.items.map(nameOf) : []);
  const additions: Addition[] = [];
  const fresh: string[] = [];
  for (const group of byScope(rules)) {
    const [first] = group;
    if (first === undefined) continue;
    const list = isSeq(sets) ? listOfScope(sets, first.scope) : undefined;
    if (list === undefined) fresh.push(...newSet(group, first.scope, taken), "");
    else
      additions.push({
        at: lineAfter(text, list),
        lines: indented(group.flatMap(ruleLines), columnOf(text, list)),
      });
  }
  if (fresh.length > 0) additions.push(newSets(text, sets, ["", ...fresh.slice(0, -1)]));
  return additions
    .toSorted((a, b) => b.at - a.at)
    .reduce((now, { at, lines }) => `${now.slice(0, at)}${block(now, at, lines)}${now.slice(at)}`, text);
}

interface Addition {
  /** Offset of the beginning of a line, or the end of the text. */
  readonly at: number;
  readonly lines: readonly string[];
}

function block(text: string, at: number, lines: readonly string[]): string {
  const open = at > 0 && text[at - 1] !== "\n" ? "\n" : "";
  return `${open}${lines.join("\n")}\n`;
}

function newSets(text: string, sets: unknown, lines: readonly string[]): Addition {
  if (isSeq(sets) && sets.flow !== true && sets.items.length > 0) {
    return { at: lineAfter(text, sets), lines: indented(lines, columnOf(text, sets)) };
  }
  const key = /^rule_sets:[^\n]*(?:\n|$)/m.exec(text);
  // An empty section is one that stands there already.
  if (isSeq(sets) && sets.items.length > 0) throw inBrackets("its rule_sets section");
  if (key === null) return { at: text.length, lines: ["", "rule_sets:", ...indented(lines.slice(1), 2)] };
  const empty = key.index + key[0].length;
  return { at: empty, lines: indented(lines.slice(1), 2) };
}

const inBrackets = (what: string): PolicyFault =>
  new PolicyFault(
    "invalid",
    `No rule can be added to the policy file: ${what} is written in brackets, and lines are all that is ever added`,
    "write rule_sets as a list with one dash a rule set, each on lines of its own",
  );

const indented = (lines: readonly string[], by: number): readonly string[] =>
  lines.map((line) => (line === "" ? "" : " ".repeat(by) + line));

/** Where the line ends on which the last part of a list stands; comments below it belong to what follows. */
function lineAfter(text: string, list: YAMLSeq): number {
  const end = endOf(list);
  if (text[end - 1] === "\n") return end;
  const next = text.indexOf("\n", end);
  return next < 0 ? text.length : next + 1;
}

function endOf(node: unknown): number {
  if (isPair(node)) return node.value === null ? endOf(node.key) : endOf(node.value);
  if (isCollection(node) && node.flow !== true && node.items.length > 0) return endOf(node.items.at(-1));
  return isScalar(node) || isCollection(node) ? (node.range?.[1] ?? 0) : 0;
}

/** The column of a list's dashes. */
function columnOf(text: string, list: YAMLSeq): number {
  const start = list.range?.[0] ?? 0;
  return start - (text.lastIndexOf("\n", start - 1) + 1);
}

const nameOf = (set: unknown): string => (isMap(set) ? String(set.get("name")) : "");

/** The rules of the enabled rule set with exactly this scope, where they are a list to which a line can be added. */
function listOfScope(sets: YAMLSeq, scope: LabelQuery): YAMLSeq | undefined {
  const wanted = texts(scope).toSorted().join("\n");
  for (const each of sets.items) {
    if (!isMap(each) || each.get("enabled") === false || each.has("scopes")) continue;
    const rules = each.get("rules", true);
    if (!isSeq(rules) || rules.flow === true || rules.items.length === 0) continue;
    if (scopeOf(each).toSorted().join("\n") === wanted) return rules;
  }
  return undefined;
}

/** The scope of a rule set as `key=value` texts, however it is written. */
function scopeOf(set: YAMLMap): readonly string[] {
  const { scope } = set.toJSON() as { readonly scope?: unknown };
  if (Array.isArray(scope))
    return scope.map((each) =>
      String(each)
        .replace(/\s*=\s*/, "=")
        .trim(),
    );
  if (typeof scope !== "object" || scope === null) return scope === "all" ? [] : ["?"];
  return Object.entries(scope).map(([key, value]) => `${key}=${String(value)}`);
}

function newSet(rules: readonly LabelRule[], scope: LabelQuery, taken: Set<string>): readonly string[] {
  const base = ruleSetName(scope);
  let name = base;
  for (let n = 2; taken.has(name); n += 1) name = `${base} ${n}`;
  taken.add(name);
  return [
    `- name: ${JSON.stringify(name)}`,
    `  scope: ${Object.keys(scope).length === 0 ? "all" : `[${texts(scope).map(word).join(", ")}]`}`,
    "  rules:",
    ...indented(rules.flatMap(ruleLines), 4),
  ];
}

const ruleLines = ({
  description,
  consumers,
  providers,
  unscopedConsumers,
}: LabelRule): readonly string[] => [
  `- description: ${JSON.stringify(description)}`,
  `  consumers: ${actors(consumers)}`,
  `  providers: ${actors(providers)}`,
  ...(unscopedConsumers ? ["  unscoped_consumers: true"] : []),
];

function actors(query: LabelQuery): string {
  const words = texts(query).map(word);
  return words.length === 1 ? (words[0] ?? "") : `[${words.join(", ")}]`;
}

const texts = (query: LabelQuery): readonly string[] =>
  Object.entries(query).flatMap(([key, values]) => values.map((value) => `${key}=${value}`));

/** Plain where that is safe anywhere in YAML, else in quotes. */
const word = (text: string): string => (/^[A-Za-z][\w./=-]*$/.test(text) ? text : JSON.stringify(text));
