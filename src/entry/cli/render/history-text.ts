import type { HistoryIngestReport } from "../../../app/ingest-history.ts";
import { formatUtc } from "../../../core/flow/utc-time.ts";
import type { BusinessSlot, DatabaseCoverage, HourRange } from "../../../core/history/coverage.ts";
import type { EndSessions } from "../../../core/history/end-sessions.ts";
import type { HistoryConsumer, LogHour } from "../../../core/history/history-answers.ts";
import type { LabelShare } from "../../../core/history/label-share.ts";
import type { LingeringSession } from "../../../core/history/lingering-sessions.ts";
import type { UnusedRules } from "../../../core/history/unused-rules.ts";
import { portsText, sourceText } from "../../../core/rule/rule-text.ts";
import { type NameOf, reasonsText } from "./plan-text.ts";
import { counted, grouped, labelText, shortTime } from "./quantity.ts";
import type { Style } from "./style.ts";
import { table, wrap } from "./table.ts";

/** What was kept. */
export function ingestText(place: string, report: HistoryIngestReport): string {
  const { objects, records, conversations, summaries, incomplete, unread } = report;
  return [
    wrap(`Kept ${counted(objects, "object")} with ${counted(records, "record")} in ${place}`, ""),
    wrap(
      `${counted(summaries, "conversation")} with a database, ${grouped(conversations - summaries)} of no known database or time left out`,
      "",
    ),
    ...incomplete.map((name) => wrap(`Incomplete: ${name}`, "")),
    ...unread.map((name) => wrap(`Not kept, try again: ${name}`, "")),
  ].join("\n");
}

/** What compaction did. */
export const compactText = (
  place: string,
  report: {
    readonly compacted: number;
    readonly removed: number;
    readonly lost: number;
    readonly expired: number;
  },
): string =>
  [
    wrap(`Compacted ${counted(report.compacted, "day")} of ${place}`, ""),
    `Removed ${counted(report.removed, "file")} that a compacted one counts, and ${grouped(report.expired)} too old`,
    ...(report.lost > 0 ? [`${counted(report.lost, "day")} left to somebody who was faster`] : []),
  ].join("\n");

/** A consumer with what people call it and the database. */
export interface NamedConsumer extends HistoryConsumer {
  readonly database: string;
  readonly labels: Readonly<Record<string, readonly string[]>>;
}

/** Who talked to whom. */
export function queryText(rows: readonly NamedConsumer[], style: Style): string {
  if (rows.length === 0) return "Nobody was seen.";
  const head = ["CONSUMER", "PROVIDER", "DATABASE", "ACTION", "RECORDS", "LAST SEEN"].map(style.bold);
  const lines = rows.map((row) => [
    row.consumer,
    provider(row),
    row.database,
    row.action === "REJECT" ? style.red("REJECT") : (row.action ?? "-"),
    grouped(row.records),
    shortTime(formatUtc(row.lastSeen)),
  ]);
  const labels = new Map(rows.map((row) => [row.consumer, labelText(row.labels)]));
  const known = [...labels].filter(([, text]) => text !== "");
  const who = table([["CONSUMER", "LABELS"].map(style.bold), ...known.map(([a, b]) => [a, style.dim(b)])]);
  return [table([head, ...lines]), ...(known.length > 0 ? [who] : [])].join("\n\n");
}

function provider({ provider: address, port, protocol }: HistoryConsumer): string {
  const host = port === undefined ? address : `${address.includes(":") ? `[${address}]` : address}:${port}`;
  return protocol === undefined || protocol === "tcp" ? host : `${host} ${protocol}`;
}

/** Coverage of a database, with its name, and of how many of its conversations policy knows the consumer. */
export interface NamedCoverage extends DatabaseCoverage, LabelShare {
  readonly database: string;
  /** Interfaces that no flow log sees; absent where that is not known. */
  readonly unseen?: readonly string[];
}

/** How much of the traffic the history can have seen. */
export function coverageText(
  name: string,
  hours: readonly LogHour[],
  coverage: readonly NamedCoverage[],
  style: Style,
): string {
  const starts = hours.map((h) => h.hourStart);
  if (starts.length === 0) return `${name} holds no object of a flow log.`;
  const from = starts.reduce((a, b) => Math.min(a, b));
  const to = starts.reduce((a, b) => Math.max(a, b)) + 3600;
  const objects = hours.reduce((sum, h) => sum + h.objects, 0);
  const head = ["DATABASE", "HOURS", "SKIPDATA", "CUT", "LABELLED", "SEEN"].map(style.bold);
  const rows = coverage.map((c) => [
    c.database,
    `${grouped(c.present)} of ${grouped(c.expected)}`,
    grouped(c.skipData),
    grouped(c.incomplete),
    c.conversations === 0 ? "-" : `${grouped(c.labelled)} of ${grouped(c.conversations)}`,
    c.seen.map((slot) => SLOT_TEXT[slot]).join(", ") || "nothing",
  ]);
  const missing = coverage.flatMap((c) =>
    c.missing.length === 0 ? [] : [[c.database, style.yellow(missingText(c.missing))]],
  );
  const fewer = coverage.flatMap(({ database, objects: { present, expected } }) =>
    present < expected
      ? [[database, style.yellow(`${grouped(expected - present)} of ${grouped(expected)}`)]]
      : [],
  );
  const dark = coverage.flatMap(({ database, unseen = [] }) =>
    unseen.map((id, n) => [n === 0 ? database : "", style.yellow(id)]),
  );
  const block = (title: string, lines: readonly (readonly string[])[]): readonly string[] =>
    lines.length === 0 ? [] : [`${style.bold(title)}\n${table(lines, "  ")}`];
  return [
    `${name}\n${counted(objects, "object")}, ${span({ from, to })} UTC`,
    table([head, ...rows]),
    ...block("Hours without an object", missing),
    ...block("Objects missing, by what a flow log delivers in most hours", fewer),
    ...block("Interfaces that no flow log sees", dark),
  ].join("\n\n");
}

const SLOT_TEXT: Readonly<Record<BusinessSlot, string>> = {
  day: "weekday",
  night: "night",
  weekend: "weekend",
  monthEnd: "month end",
};

const SHOWN = 3;

function missingText(missing: readonly HourRange[]): string {
  const rest = missing.length - SHOWN;
  return `${missing.slice(0, SHOWN).map(span).join("; ")}${rest > 0 ? ` and ${rest} more gaps` : ""}`;
}

const span = ({ from, to }: HourRange): string =>
  `${shortTime(formatUtc(from))} to ${shortTime(formatUtc(to))}`;

/** Rules nobody was seen to need. */
export function unusedText(
  databases: readonly (UnusedRules & { readonly coverage: DatabaseCoverage | undefined })[],
  nameOf: NameOf,
  style: Style,
): string {
  if (databases.length === 0) return "Somebody was seen to come through every rule.";
  return databases
    .map(({ databaseId, rules, unused, coverage }) => {
      const head = `${style.bold(databaseId)} · ${unused.length} of ${counted(rules, "rule")} not seen in use`;
      const rows = unused.map((r) => [
        sourceText(r.source),
        portsText(r),
        style.dim(reasonsText(r.because, nameOf)),
      ]);
      return [head, table(rows, "  "), ...doubtText(coverage, style)].join("\n");
    })
    .join("\n\n");
}

/** Absence proves nothing where nobody looked. */
function doubtText(coverage: DatabaseCoverage | undefined, style: Style): readonly string[] {
  if (coverage === undefined || coverage.present === 0)
    return [style.yellow(wrap("! no flow log told of this database: nothing follows from it", "  "))];
  const { expected, present, skipData, incomplete } = coverage;
  const gaps = [
    present < expected ? `${counted(expected - present, "hour")} without an object` : "",
    skipData > 0 ? `${counted(skipData, "interval")} of which AWS lost records` : "",
    incomplete > 0 ? `${counted(incomplete, "object")} cut` : "",
  ].filter((text) => text !== "");
  const seen = `  seen in ${counted(present, "hour")} of log`;
  return [gaps.length === 0 ? seen : style.yellow(wrap(`! ${seen.trim()}; ${gaps.join(", ")}`, "  "))];
}

/** Who still talks on a path that is closed, and how to end that. */
export function lingeringText(sessions: readonly LingeringSession[], style: Style): string {
  if (sessions.length === 0) return "Nobody was seen talking on a path that is closed.";
  return sessions
    .map(({ databaseId, engine, consumer, records, lastSeen, end }) => {
      const head = `${style.bold(consumer)} still talks to ${style.bold(databaseId)} (${engine})`;
      const seen = `  seen ${shortTime(lastSeen)}, ${counted(records, "record")}; no rule lets it in`;
      if (end === undefined) return [head, seen, "  No statement is known for this engine"].join("\n");
      return [head, seen, wrap(`${DOES[end.does]}:`, "  "), wrap(end.statement, "    ")].join("\n");
    })
    .join("\n\n");
}

const DOES: Readonly<Record<EndSessions["does"], string>> = {
  ends: "End its sessions with",
  lists: "List the statements that end its sessions with",
  picks:
    "This engine keeps no addresses. List everybody's sessions, by the name of their host, with the statement that ends each, and pick its own",
};
