import { HISTORY_PARTITIONS, HISTORY_TABLE, oneOf, sqlText } from "./history-schema.ts";
import { utcDay } from "./utc-day.ts";

/** A span of time, and where to look. What is absent does not narrow. Seconds since 1970, UTC. */
export interface HistorySpan {
  readonly since?: number;
  /** Not included. */
  readonly until?: number;
  /** Folders of accounts and of regions that are looked into; see `historyPlaces`. */
  readonly accounts?: readonly string[];
  readonly regions?: readonly string[];
}

/**
 * The beginning of every question: common table expressions of which `live` has each object counted once. Of the
 * compacted files of a day only the newest counts, and a file of one object only while the newest compacted one does
 * not count that object too. So the answer is right at any moment of a compaction, whoever died in it, and however
 * often an object was delivered. The same text for DuckDB and Athena.
 *
 * @param from the table over all files
 */
export function liveRows(span: HistorySpan, from = HISTORY_TABLE): string {
  const keys = HISTORY_PARTITIONS.join(", ");
  const same = (other: string): string =>
    HISTORY_PARTITIONS.map((p) => `r.${p} = ${other}.${p}`).join(" AND ");
  const inFolders = foldersOf(span);
  return `WITH newest AS (
  SELECT ${keys}, max(generation) AS generation
  FROM ${from} r WHERE r.row_kind = 'object'${inFolders}
  GROUP BY ${keys}
), counted AS (
  SELECT DISTINCT ${HISTORY_PARTITIONS.map((p) => `r.${p}`).join(", ")}, r.object_digest
  FROM ${from} r JOIN newest n ON ${same("n")} AND r.generation = n.generation
  WHERE r.row_kind = 'object' AND r.generation > 0${inFolders}
), live AS (
  SELECT r.* FROM ${from} r
  JOIN newest n ON ${same("n")} AND r.generation = n.generation
  WHERE r.generation > 0${inFolders}
  UNION ALL
  SELECT r.* FROM ${from} r
  LEFT JOIN counted c ON ${same("c")} AND r.object_digest = c.object_digest
  WHERE r.generation = 0 AND c.object_digest IS NULL${inFolders}
)`;
}

/** They let both engines leave out whole folders. */
const foldersOf = ({ accounts, regions, since, until }: HistorySpan): string =>
  [
    ...(accounts === undefined ? [] : [` AND ${oneOf("r.account", accounts)}`]),
    ...(regions === undefined ? [] : [` AND ${oneOf("r.region", regions)}`]),
    ...(since === undefined ? [] : [` AND r.day >= ${sqlText(utcDay(since))}`]),
    ...(until === undefined ? [] : [` AND r.day <= ${sqlText(utcDay(until))}`]),
  ].join("");
