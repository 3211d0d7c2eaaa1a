import type { MapConnection } from "./map-connections.ts";
import type { MapLabels } from "./map-data.ts";
import { utcText } from "./map-words.ts";

const HEADER = [
  "consumer",
  "workload",
  "consumer_labels",
  "database",
  "database_labels",
  "port",
  "reported",
  "draft",
  "happened",
  "accepted",
  "rejected",
  "first",
  "last",
];

/** Connections as CSV, one a line, with a header. */
export function mapCsv(connections: readonly MapConnection[]): string {
  const rows = connections.map((each) => [
    each.consumer,
    each.workload ?? each.ipList ?? "",
    labels(each.consumerLabels),
    each.database,
    labels(each.databaseLabels),
    `${each.port}`,
    each.reported,
    each.draft ?? "",
    each.happened,
    `${each.accepted}`,
    `${each.rejected}`,
    time(each.first),
    time(each.last),
  ]);
  return `${[HEADER, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;
}

const labels = (of: MapLabels): string =>
  Object.entries(of)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");

const time = (seconds: number): string => (seconds === 0 ? "" : utcText(seconds));

/** Spreadsheets take text that begins with one of these signs for a formula, so a quote goes before it. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
