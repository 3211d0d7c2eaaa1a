import type { Assertion, AssertionTarget } from "../../../core/policy/assertion/assertion.ts";
import {
  type ConsumerSource,
  type LabelQuery,
  parseConsumerSource,
} from "../../../core/policy/source/consumer-source.ts";
import { type FileReader, note, type Problem, readPart } from "./file-reader.ts";
import { askLabel, type LabelBook } from "./label-book.ts";
import { TestSchema } from "./policy-schema.ts";
import type { YamlPath } from "./yaml-source.ts";

/**
 * Reads one entry of `tests`: an assertion for each source and each target that it names. Without a book, labels are
 * those of a policy elsewhere, and are not checked here.
 */
export function readTest(
  reader: FileReader,
  book: LabelBook | undefined,
  raw: unknown,
  index: number,
): readonly Assertion[] {
  const path = ["tests", index];
  const before = reader.problems.length;
  const shape = readPart(reader, TestSchema, raw, path);
  if (shape === undefined) return [];
  const { from, must_reach, must_not_reach, nothing_outside, reaches } = shape;
  const base = {
    ...(shape.description === undefined ? {} : { name: shape.description }),
    ...(shape.port === undefined ? {} : { port: shape.port }),
    at: reader.source.at(path),
  };
  const ends = (texts: Texts, key: string): readonly ConsumerSource[] =>
    sources(reader, book, texts, [...path, key]);
  const given = [from, must_reach, must_not_reach, nothing_outside, reaches].filter((v) => v !== undefined);
  if (given.length === 2 && from !== undefined && must_reach !== undefined) {
    return pairs(ends(from, "from"), ends(must_reach, "must_reach"), (source, target) => ({
      ...base,
      kind: "mustReach",
      source,
      target,
    }));
  }
  if (given.length === 2 && from !== undefined && must_not_reach !== undefined) {
    return pairs(ends(from, "from"), ends(must_not_reach, "must_not_reach"), (source, target) => ({
      ...base,
      kind: "mustNotReach",
      source,
      target,
    }));
  }
  if (given.length === 2 && nothing_outside !== undefined && reaches !== undefined) {
    const inside = ends(nothing_outside, "nothing_outside").flatMap((source) => {
      if (source.kind === "labels") return [source];
      note(reader, [...path, "nothing_outside"], LABELS_ONLY);
      return [];
    });
    return pairs(inside, ends(reaches, "reaches"), ({ labels }, target) => ({
      ...base,
      kind: "nothingOutside",
      inside: labels,
      target,
    }));
  }
  // A key that is misspelt has been told already.
  if (reader.problems.length === before) note(reader, path, SENTENCES);
  return [];
}

type Texts = string | readonly string[];

function pairs<S extends ConsumerSource>(
  from: readonly S[],
  to: readonly ConsumerSource[],
  assertion: (source: S, target: AssertionTarget) => Assertion,
): readonly Assertion[] {
  return from.flatMap((source) => to.map((target) => assertion(source, asTarget(target))));
}

/** Whatever is no label set names a database. */
function asTarget(source: ConsumerSource): AssertionTarget {
  if (source.kind === "labels") return source;
  return { kind: "database", name: source.kind === "workload" ? source.name : source.cidr };
}

/** A list of labels is one set of them, as in a rule; a list of anything else is one after the other. */
function sources(
  reader: FileReader,
  book: LabelBook | undefined,
  texts: Texts,
  path: YamlPath,
): readonly ConsumerSource[] {
  const list = typeof texts === "string" ? [texts] : texts;
  const read = list.flatMap((text, i) => {
    const at = typeof texts === "string" ? path : [...path, i];
    const source = parseConsumerSource(text);
    if (!source.ok) {
      note(reader, at, { ...source.error, code: "POLICY_TEST_INVALID" });
      return [];
    }
    if (book !== undefined && source.value.kind === "labels")
      checkLabels(reader, book, source.value.labels, at);
    return [source.value];
  });
  const labels = read.flatMap((source) => (source.kind === "labels" ? [source.labels] : []));
  const others = read.filter((source) => source.kind !== "labels");
  return labels.length === 0 ? others : [{ kind: "labels", labels: joined(labels) }, ...others];
}

function checkLabels(reader: FileReader, book: LabelBook, labels: LabelQuery, path: YamlPath): void {
  for (const [key, values] of Object.entries(labels)) {
    for (const value of values) askLabel(reader, book, key, value, path);
  }
}

function joined(queries: readonly LabelQuery[]): LabelQuery {
  const all = queries.flatMap((query) => Object.entries(query));
  const byKey = Map.groupBy(all, ([key]) => key);
  return Object.fromEntries(
    [...byKey].map(([key, pairsOfKey]) => [key, pairsOfKey.flatMap(([, values]) => values)]),
  );
}

const LABELS_ONLY: Problem = {
  code: "POLICY_TEST_INVALID",
  what: '"nothing_outside" takes labels',
  why: "it says that whoever connects is one of the workloads with these labels",
  fix: 'write for example "nothing_outside: role=web app=orders"',
};

const SENTENCES: Problem = {
  code: "POLICY_TEST_INVALID",
  what: "the test is no whole sentence",
  why: 'there are three: "from … must_reach …", "from … must_not_reach …" and "nothing_outside … reaches …"',
  fix: "write for example { from: role=web, must_reach: orders }",
};
