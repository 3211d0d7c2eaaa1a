import type { Diagnostic } from "../../diagnostic.ts";
import { nearest } from "../../nearest.ts";
import { type AddressSet, intersect, isEmpty, subtract, toCidrs } from "../../net/address-set.ts";
import { err, ok, type Result } from "../../result.ts";
import type { PolicyIndex } from "../policy-index.ts";
import { type LabelQuery, labelQueryText } from "../source/consumer-source.ts";
import { findConsumers } from "../source/find-consumers.ts";
import type { Assertion, AssertionTarget } from "./assertion.ts";
import { type AssertedDatabase, LEVELS, type Level, type LevelReach } from "./reach-level.ts";

/** What came of an assertion for one database at one level. */
export interface LevelResult {
  readonly database: string;
  readonly level: Level;
  /** `unknown` counts as a failure: what cannot be seen is not asserted. */
  readonly status: "passed" | "failed" | "unknown";
  /** CIDRs that reach and must not, or do not reach and must; the first few. */
  readonly counterexamples: readonly string[];
  /** How many CIDRs more there are. */
  readonly more: number;
  /** What is wrong or not known, in words; absent when it passed. */
  readonly why?: string;
}

/** What came of an assertion. */
export interface AssertionResult {
  readonly assertion: Assertion;
  readonly passed: boolean;
  readonly levels: readonly LevelResult[];
  /** The assertion as a whole makes no sense here: an unknown label, no such database. It fails then. */
  readonly problem?: Diagnostic;
}

/** Tries one assertion on the levels asked for. */
export function runAssertion(
  index: PolicyIndex,
  databases: readonly AssertedDatabase[],
  assertion: Assertion,
  levels: readonly Level[] = LEVELS,
): AssertionResult {
  const targets = targetsOf(databases, assertion.target);
  const subject = subjectOf(index, assertion);
  if (!targets.ok) return { assertion, passed: false, levels: [], problem: targets.error };
  if (!subject.ok) return { assertion, passed: false, levels: [], problem: subject.error };
  const results = targets.value.flatMap((database) =>
    levels.map((level) => tryLevel(assertion, subject.value, database, level)),
  );
  return { assertion, passed: results.every(({ status }) => status === "passed"), levels: results };
}

/** The addresses an assertion is about: its source, or those inside. */
function subjectOf(index: PolicyIndex, assertion: Assertion): Result<AddressSet, Diagnostic> {
  const source =
    assertion.kind === "nothingOutside"
      ? { kind: "labels" as const, labels: assertion.inside }
      : assertion.source;
  const found = findConsumers(index, source);
  if (!found.ok) return found;
  if (!isEmpty(found.value.addresses) || assertion.kind === "nothingOutside")
    return ok(found.value.addresses);
  return err({
    code: "TEST_SOURCE_EMPTY",
    what: `nobody is "${found.value.text}"`,
    why: "no workload with an address is meant, so the test would say nothing",
    fix: "label the workloads, or take the test out",
  });
}

/**
 * The databases that an assertion speaks of, at least one.
 *
 * @returns a diagnostic with code `TEST_TARGET_EMPTY` when there is none
 */
export function targetsOf<D extends Omit<AssertedDatabase, "reach">>(
  databases: readonly D[],
  target: AssertionTarget,
): Result<readonly D[], Diagnostic> {
  if (target.kind === "labels") {
    const found = databases.filter((database) => carries(database, target.labels));
    return found.length > 0 ? ok(found) : err(noDatabase(`with ${labelQueryText(target.labels)}`, undefined));
  }
  const wanted = target.name.toLowerCase();
  const found = databases.filter(
    (each) => each.id.toLowerCase() === wanted || each.arn === target.name || each.endpoints.includes(wanted),
  );
  if (found.length > 0) return ok(found);
  const close = nearest(
    target.name,
    databases.map((each) => each.id),
  );
  return err(noDatabase(`"${target.name}"`, close));
}

function carries(database: Omit<AssertedDatabase, "reach">, query: LabelQuery): boolean {
  return Object.entries(query).every(([key, values]) =>
    (database.labels[key] ?? []).some((value) => values.includes(value)),
  );
}

function noDatabase(words: string, close: string | undefined): Diagnostic {
  return {
    code: "TEST_TARGET_EMPTY",
    what: `there is no database ${words}`,
    why: "a test of no database would say nothing",
    fix: close === undefined ? "correct the target, or take the test out" : `did you mean "${close}"?`,
  };
}

function tryLevel(
  assertion: Assertion,
  subject: AddressSet,
  database: AssertedDatabase,
  level: Level,
): LevelResult {
  const port = assertion.port ?? database.port;
  if (port === undefined) {
    const why = "the database has no listener port yet";
    return { database: database.id, level, status: "unknown", counterexamples: [], more: 0, why };
  }
  const reach = database.reach(level, port);
  const wrong = wrongAddresses(assertion, subject, reach.admitted);
  const shown = toCidrs(wrong);
  const verdict = judged(assertion, isEmpty(wrong), reach);
  return {
    database: database.id,
    level,
    ...verdict,
    counterexamples: shown.slice(0, SHOWN),
    more: Math.max(0, shown.length - SHOWN),
  };
}

const SHOWN = 5;

function wrongAddresses(assertion: Assertion, subject: AddressSet, admitted: AddressSet): AddressSet {
  switch (assertion.kind) {
    case "mustReach":
      return subtract(subject, admitted);
    case "mustNotReach":
      return intersect(subject, admitted);
    case "nothingOutside":
      return isEmpty(subject) ? admitted : subtract(admitted, subject);
  }
}

/** A doubt may hide somebody who is let in; so it never makes a test pass that forbids, nor one that demands. */
function judged(
  assertion: Assertion,
  right: boolean,
  reach: LevelReach,
): Pick<LevelResult, "status" | "why"> {
  const [doubt] = reach.doubts;
  if (assertion.kind === "mustReach") {
    if (right) return { status: "passed" };
    if (doubt === undefined) return { status: "failed", why: "not admitted" };
    return { status: "unknown", why: `not admitted as far as can be known: ${doubt}` };
  }
  if (!right) return { status: "failed", why: "admitted" };
  return doubt === undefined ? { status: "passed" } : { status: "unknown", why: doubt };
}
