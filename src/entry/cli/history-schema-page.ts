import { HISTORY_COLUMNS, HISTORY_PARTITIONS, HISTORY_TABLE } from "../../core/history/history-schema.ts";
import { athenaStatements, duckdbStatements, LIVE_VIEW } from "../../core/history/history-statements.ts";
import { SERVED } from "../../core/history/served.ts";

/** Stands for what a reader has to fill in. */
export const PLACEHOLDERS = {
  place: "s3://HISTORY-BUCKET/PREFIX/",
  folders: { accounts: ["ACCOUNT"], regions: ["REGION"], firstDay: "2026-01-01" },
} as const;

const sql = (statements: readonly string[]): string =>
  ["```sql", statements.map((statement) => `${statement};`).join("\n\n"), "```"].join("\n");

const PARTITION_SAYS: Readonly<Record<(typeof HISTORY_PARTITIONS)[number], string>> = {
  account: "that wrote the flow log, by the object's name; `unknown` where that does not say",
  region: "likewise",
  day: "UTC day, `YYYY-MM-DD`",
};

const EXAMPLE = `SELECT consumer, sum(records) AS records, max(last_seen) AS last_seen
FROM ${LIVE_VIEW}
WHERE row_kind = 'flow' AND day >= '2026-08-01'
  AND database_side = '${SERVED.side}' AND (action IS NULL OR action <> '${SERVED.notAction}')
GROUP BY consumer
ORDER BY records DESC`;

/** The page of reference about the files of a history: `docs/reference/history-schema.md`. */
export function historySchemaPage(): string {
  const columns = HISTORY_COLUMNS.map(
    ({ name, type, nullable, says }) =>
      `| \`${name}\` | ${type} | ${nullable ? "may be absent" : ""} | ${says} |`,
  );
  const partitions = HISTORY_PARTITIONS.map((name) => `| \`${name}\` | ${PARTITION_SAYS[name]} |`);
  return `# The files of a history

<!-- Written by scripts/history-schema.ts from src/core/history/history-schema.ts. -->

A [history](../guides/history.md) is Parquet files in a folder or under a prefix of S3, and can be asked without Moat.
\`moat history schema\` prints the statements below for a history of yours, with \`--engine athena\` those for Athena.

## Folders

\`account=…/region=…/day=…/\`, and in it two kinds of files: \`<digest>.parquet\` of one flow-log object, and
\`compacted-<number>.parquet\`, which the number's compaction of the day made of all that was there. All folders are text.

| Folder | |
|---|---|
${partitions.join("\n")}

## Columns

Times are whole seconds since 1970, UTC. What a log format does not carry is absent, never zero.

| Column | Type | | |
|---|---|---|---|
${columns.join("\n")}

## What counts

An object counts once, however many files tell of it: of the compacted files of a day the newest, and the file of one object
only while that does not count the object. The view \`${LIVE_VIEW}\` says so; the table \`${HISTORY_TABLE}\` alone counts
twice what was compacted lately. Somebody *was let in* by a row of kind \`flow\` whose \`database_side\` is \`${SERVED.side}\`,
whose \`action\` is not \`${SERVED.notAction}\` and whose \`protocol\` is \`${SERVED.protocol}\` or absent.

## DuckDB

${sql(duckdbStatements(PLACEHOLDERS.place))}

A folder of this machine stands in the place of \`${PLACEHOLDERS.place}\` as well.

## Athena

Run them one by one, in a database of yours. Partitions are computed: a new day or file counts at once. For a new account or
region drop the table, which holds nothing, and make it anew.

${sql(athenaStatements(PLACEHOLDERS.place, PLACEHOLDERS.folders))}

## A question

Alike in both:

${sql([EXAMPLE])}
`;
}
