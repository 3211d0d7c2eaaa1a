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
  const { present, expected, objects, skipData, seen, conversations, labelled, unseen = [] } = coverage;
  const dark = unseen.length === 0 ? "" : `; no flow log sees ${unseen.join(", ")}`;
  if (present === 0) return `no log in any of ${countText(expected, "hour")}${dark}`;
  const short = objects.expected - objects.present;
  const fewer =
    short > 0 ? `; ${groupedNumber(short)} of ${countText(objects.expected, "object")} missing` : "";
  const lost = skipData === 0 ? "" : `; AWS lost records in ${countText(skipData, "interval")}`;
  const never = Object.keys(KINDS).filter((kind) => !seen.includes(kind));
  const without = never.length === 0 ? "" : `; never ${never.map((kind) => KINDS[kind]).join(", ")}`;
  const known =
    conversations === 0
      ? ""
      : `; the consumer has a label in ${groupedNumber(labelled)} of ${countText(conversations, "conversation")}`;
  return `logs for ${groupedNumber(present)} of ${countText(expected, "hour")}${fewer}${lost}${without}${known}${dark}`;
}

/** The stretches without a log, each in words. */
export const gapTexts = (coverage: MapCoverage | undefined): readonly string[] =>
  (coverage?.missing ?? []).map(
    ({ from, to }) => `${countText(Math.round((to - from) / 3_600), "hour")} from ${utcText(from)}`,
  );
