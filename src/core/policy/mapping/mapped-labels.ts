import type { Diagnostic } from "../../diagnostic.ts";
import { nearest } from "../../nearest.ts";
import type { AwsObject } from "./aws-objects.ts";
import { matcher, type ObjectTest } from "./matches.ts";
import type { LabelTemplate, MappingRule, PolicyMapping } from "./model.ts";

/** A mapping rule ready to be asked. */
interface ReadyRule {
  readonly rule: MappingRule;
  readonly test: ObjectTest;
}

/** The labels of one object, key to value, and what had to be left out. */
export interface MappedLabels {
  readonly labels: ReadonlyMap<string, string>;
  /** Those that rules name. */
  readonly addresses: readonly string[];
  readonly findings: readonly Diagnostic[];
}

/** The mapping rules, ready to be asked about one object after the other. */
export interface Labeller {
  readonly label: (object: AwsObject) => MappedLabels;
  /** Rules that fitted none of the objects so far. */
  readonly idle: () => readonly MappingRule[];
}

/** Makes the rules ready. */
export function labeller(mapping: PolicyMapping): Labeller {
  const ready = (rules: readonly MappingRule[]): readonly ReadyRule[] =>
    rules.map((rule) => ({ rule, test: matcher(rule.match) }));
  const general = ready(mapping.rules);
  const forDatabases = [...ready(mapping.databases), ...general];
  const used = new Set<MappingRule>();
  return {
    label: (object) => {
      const isDatabase = object.kind === "database" || object.kind === "proxy";
      const fitting = (isDatabase ? forDatabases : general).filter(({ test }) => test(object));
      for (const { rule } of fitting) used.add(rule);
      return labelsOf(
        object,
        fitting.map(({ rule }) => rule),
        mapping,
      );
    },
    idle: () => [...mapping.databases, ...mapping.rules].filter((rule) => !used.has(rule)),
  };
}

/** The first rule that has a value for a key decides it. */
function labelsOf(object: AwsObject, rules: readonly MappingRule[], mapping: PolicyMapping): MappedLabels {
  const decided = new Map<string, string | Diagnostic>();
  for (const { rule, template } of rules.flatMap((r) => r.labels.map((l) => ({ rule: r, template: l })))) {
    const value = decided.has(template.key) ? undefined : fillIn(template, object);
    if (value === undefined) continue;
    const known = mapping.declared.get(template.key) ?? [value];
    decided.set(
      template.key,
      known.includes(value) ? value : undeclared(object, template, value, known, rule),
    );
  }
  const entries = [...decided];
  return {
    labels: new Map(entries.flatMap(([key, v]) => (typeof v === "string" ? [[key, v] as const] : []))),
    addresses: rules.flatMap((rule) => rule.addresses ?? []),
    findings: entries.flatMap(([, v]) => (typeof v === "string" ? [] : [v])),
  };
}

/** Undefined when a tag that the value is taken from is missing or empty. */
function fillIn({ parts }: LabelTemplate, { tags }: AwsObject): string | undefined {
  let value = "";
  for (const part of parts) {
    const text = typeof part === "string" ? part : Object.hasOwn(tags, part.tag) ? tags[part.tag] : "";
    if (text === undefined || text === "") return undefined;
    value += text;
  }
  return value;
}

function undeclared(
  object: AwsObject,
  { key }: LabelTemplate,
  value: string,
  known: readonly string[],
  rule: MappingRule,
): Diagnostic {
  const close = nearest(value, known);
  const meant = close === undefined ? "" : ` (did its owner mean "${close}"?)`;
  return {
    code: "MAPPED_LABEL_UNDECLARED",
    what: `${object.kind} "${object.name}" (${object.id}) would be ${key}=${value}, which "labels" does not declare${meant}`,
    why: `the file lists the values of "${key}", so another one is taken for a mistake and not given (line ${rule.line})`,
    fix: `correct the tag in AWS, or add "${value}" to labels.${key}`,
  };
}
