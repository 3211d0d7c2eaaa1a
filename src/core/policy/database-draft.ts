import type { Diagnostic } from "../diagnostic.ts";
import type { AddressSet } from "../net/address-set.ts";
import type { ConsumerSet } from "./consumer-set.ts";
import type { DatabaseMatch } from "./database-match.ts";
import type { Href } from "./model.ts";

/** What the rules have said of one database so far. */
export interface DatabaseDraft {
  readonly match: DatabaseMatch;
  /** The listener's port; absent while the database is being created. */
  readonly port: number | undefined;
  /** Whom the listener is open to, and the rules that say so. */
  readonly allowed: Map<ConsumerSet, Set<Href>>;
  /** Whom override denies keep from the listener. */
  readonly denied: Set<AddressSet>;
  readonly findings: Set<Diagnostic>;
  readonly incomplete: Set<Diagnostic>;
}

/** A draft about which no rule has spoken yet. */
export function databaseDraft(match: DatabaseMatch): DatabaseDraft {
  const { port, arn } = match.database;
  const incomplete = new Set<Diagnostic>();
  if (port === undefined) incomplete.add(portUnknown(arn));
  return {
    match,
    port,
    allowed: new Map(),
    denied: new Set(),
    findings: new Set(match.findings),
    incomplete,
  };
}

function portUnknown(arn: string): Diagnostic {
  return {
    code: "DATABASE_PORT_UNKNOWN",
    what: `database "${arn}" has no listener port yet`,
    why: "rules are granted on the port the database listens on and on no other",
    fix: "wait until the database is available, then plan again",
  };
}

/** Notes that a rule opens the listener to the consumers. */
export function allow(draft: DatabaseDraft, consumers: ConsumerSet, rule: Href): void {
  const rules = draft.allowed.get(consumers);
  if (rules === undefined) draft.allowed.set(consumers, new Set([rule]));
  else rules.add(rule);
}

/** Adds findings to a draft. */
export function note(draft: DatabaseDraft, findings: Iterable<Diagnostic>): void {
  for (const finding of findings) draft.findings.add(finding);
}
