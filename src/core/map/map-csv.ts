import { utcText } from "./map-words.ts";
import type { TrafficMap } from "./traffic-map.ts";

/** The links of a map as CSV, one a line, with a header. */
export function mapCsv(map: TrafficMap): string {
  const titles = new Map([...map.consumers, ...map.databases].map((node) => [node.id, node.title]));
  const header = [
    "consumer",
    "database",
    "policy_says",
    "happened",
    "connections",
    "accepted",
    "rejected",
    "first",
    "last",
  ];
  const time = (seconds: number): string => (seconds === 0 ? "" : utcText(seconds));
  const rows = map.links.map((link) => [
    titles.get(link.consumer) ?? "",
    titles.get(link.database) ?? "",
    link.says,
    link.happened,
    `${link.pairs}`,
    `${link.accepted}`,
    `${link.rejected}`,
    time(link.first),
    time(link.last),
  ]);
  return `${[header, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;
}

/** Spreadsheets take text that begins with one of these signs for a formula, so a quote goes before it. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
