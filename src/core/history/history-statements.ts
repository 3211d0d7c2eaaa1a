import { athenaTable, type HistoryFolders } from "./athena-table.ts";
import { duckdbView, HISTORY_TABLE } from "./history-schema.ts";
import { liveRows } from "./live-rows.ts";

/** The view that counts each object once; what Moat's own questions begin with. */
export const LIVE_VIEW = `${HISTORY_TABLE}_live`;

/** An engine that a history can be asked through. */
export type HistoryEngine = "duckdb" | "athena";

const withSlash = (place: string): string => (place.endsWith("/") ? place : `${place}/`);

const liveView = (): string => `CREATE OR REPLACE VIEW ${LIVE_VIEW} AS\n${liveRows({})}\nSELECT * FROM live`;

/**
 * Statements after which a history can be asked without Moat: a table over all files, and a view of it in which each
 * object counts once. Whoever asks the table alone counts what is compacted twice.
 *
 * @param place folder or `s3://bucket/prefix`
 */
export const duckdbStatements = (place: string): readonly string[] => [
  duckdbView([`${withSlash(place)}account=*/region=*/day=*/*.parquet`]),
  liveView(),
];

/** The same for Athena, to be run one by one. */
export const athenaStatements = (place: string, folders: HistoryFolders): readonly string[] => [
  athenaTable(withSlash(place), folders),
  liveView(),
];
