import type { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { PolicyMapping } from "../../../core/policy/mapping/model.ts";
import type { Policy } from "../../../core/policy/model.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { type FileReader, note, readPart } from "./file-reader.ts";
import { type LabelBook, labelBook } from "./label-book.ts";
import { FileHead, type FileSections, LabelValues } from "./policy-schema.ts";
import type { KnownNames } from "./read-actor.ts";
import { readIpList } from "./read-ip-list.ts";
import { readLabelGroup } from "./read-label-group.ts";
import { readDatabaseRule, readMappingRule } from "./read-mapping.ts";
import { readRuleSet } from "./read-rule-set.ts";
import { readService } from "./read-service.ts";
import { readTest } from "./read-test.ts";
import { readWorkload } from "./read-workload.ts";
import { yamlSource } from "./yaml-source.ts";

/** What is known of a policy file beside its text. */
export interface PolicyFileOrigin {
  /** How messages and hrefs call it. */
  readonly file: string;
  /** A digest of the text. */
  readonly version: string;
}

/**
 * Reads a policy file. It is its user's own, so anything that is not understood makes the whole file an error; all
 * errors are told at once, in the order of their lines.
 */
export function parsePolicyFile(
  text: string,
  origin: PolicyFileOrigin,
): Result<Policy, readonly Diagnostic[]> {
  const source = yamlSource(text, origin.file);
  const reader: FileReader = { source, root: `${origin.file}#`, problems: [...source.problems] };
  const head =
    source.content === undefined ? undefined : readPart(reader, FileHead, content(source.content), []);
  const policy = head === undefined ? undefined : readSections(reader, head, origin);
  if (policy !== undefined && reader.problems.length === 0) return ok(policy);
  return err(reader.problems.toSorted(byPlace));
}

/** A section whose entries are all commented out is `null` in YAML. */
function content(raw: unknown): unknown {
  if (raw === null) return {};
  if (typeof raw !== "object" || Array.isArray(raw)) return raw;
  return Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null));
}

/** What objects carry is read before what rules ask for. */
function readSections(reader: FileReader, head: FileSections, origin: PolicyFileOrigin): Policy {
  const book = labelBook(reader, declarations(reader, head));
  const workloads = head.workloads.flatMap((raw, i) => readWorkload(reader, book, raw, i) ?? []);
  const mapping: PolicyMapping = {
    databases: head.databases.flatMap((raw, i) => readDatabaseRule(reader, book, raw, i) ?? []),
    rules: head.mapping.flatMap((raw, i) => readMappingRule(reader, book, raw, i) ?? []),
    declared: book.declared,
    root: reader.root,
  };
  const names = knownNames(book, head);
  const labelGroups = names.labelGroups.flatMap(
    (name) => readLabelGroup(reader, book, head.label_groups, name) ?? [],
  );
  const ipLists = names.ipLists.flatMap((name) => readIpList(reader, name, head.ip_lists[name]) ?? []);
  const services = names.services.flatMap((name) => readService(reader, name, head.services[name]) ?? []);
  const ruleSets = head.rule_sets.flatMap((raw, i) => readRuleSet(reader, names, raw, i) ?? []);
  noteTwins(reader, "workloads", "workload", head.workloads);
  noteTwins(reader, "rule_sets", "rule set", head.rule_sets);
  return {
    source: "file",
    version: origin.version,
    labels: [...book.labels.values()],
    labelGroups,
    ipLists,
    services,
    workloads,
    virtualServices: [],
    serviceBindings: [],
    ruleSets,
    complete: true,
    problems: [],
    mapping,
    tests: head.tests.flatMap((raw, i) => readTest(reader, book, raw, i)),
  };
}

function declarations(reader: FileReader, head: FileSections): ReadonlyMap<string, readonly string[]> {
  const read = (schema: z.ZodType<string[]>, key: string) =>
    readPart(reader, schema, head.labels[key], ["labels", key]);
  return new Map(Object.keys(head.labels).map((key) => [key, read(LabelValues, key) ?? []]));
}

/** Names count although what they stand for cannot be read: one mistake is one message. */
function knownNames(book: LabelBook, head: FileSections): KnownNames {
  return {
    book,
    labelGroups: Object.keys(head.label_groups),
    ipLists: Object.keys(head.ip_lists),
    services: Object.keys(head.services),
    workloads: head.workloads.flatMap((raw) => nameIn(raw) ?? []),
  };
}

function nameIn(raw: unknown): string | undefined {
  return typeof raw === "object" && raw !== null && "name" in raw && typeof raw.name === "string"
    ? raw.name
    : undefined;
}

function noteTwins(reader: FileReader, section: string, kind: string, entries: readonly unknown[]): void {
  const seen = new Map<string, number>();
  for (const [i, raw] of entries.entries()) {
    const name = nameIn(raw);
    if (name === undefined) continue;
    const first = seen.get(name);
    if (first === undefined) seen.set(name, i);
    else {
      note(reader, [section, i, "name"], {
        code: "POLICY_DUPLICATE",
        what: `there is a ${kind} "${name}" already, in line ${reader.source.at([section, first]).line}`,
        why: "a name stands for one thing, and messages and plans refer to it by name",
        fix: "rename one of them, or put the two together",
      });
    }
  }
}

function byPlace(a: Diagnostic, b: Diagnostic): number {
  return (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0);
}
