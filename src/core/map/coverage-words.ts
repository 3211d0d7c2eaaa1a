import type { MapCoverage } from "./map-data.ts";
import { countText, groupedNumber, utcText } from "./map-words.ts";

/** Names of the kinds of hours, as people say them. */
const KINDS: Readonly<Record<string, string>> = {
  day: "weekdays",
  night: "nights",
  weekend: "weekends",
  monthEnd: "the end of a month",
};

/** How much of a database's traffic the history can have seen, in words. */
export function coverageText(coverage: MapCoverage | undefined): string {
  if (coverage === undefined) return "not known; --history names a history of flow logs";
  const { present, expected, skipData, seen } = coverage;
  if (present === 0) return `no log in any of ${countText(expected, "hour")}`;
  const lost = skipData === 0 ? "" : `; AWS lost records in ${countText(skipData, "interval")}`;
  const unseen = Object.keys(KINDS).filter((kind) => !seen.includes(kind));
  const without = unseen.length === 0 ? "" : `; never ${unseen.map((kind) => KINDS[kind]).join(", ")}`;
  return `logs for ${groupedNumber(present)} of ${countText(expected, "hour")}${lost}${without}`;
}

/** The stretches without a log, each in words. */
export const gapTexts = (coverage: MapCoverage | undefined): readonly string[] =>
  (coverage?.missing ?? []).map(
    ({ from, to }) => `${countText(Math.round((to - from) / 3_600), "hour")} from ${utcText(from)}`,
  );
