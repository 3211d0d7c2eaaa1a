import type { MapNode } from "./map-node.ts";
import type { MapLink } from "./traffic-map.ts";

/** How a word of policy is told apart without colour: a sign, and its name for people. */
export interface Saying {
  readonly word: string;
  readonly name: string;
  readonly sign: "circle" | "dot" | "triangle" | "square" | "ring" | "cross" | "plus";
  readonly means: string;
}

const SAYINGS: Readonly<Record<string, Saying>> = Object.fromEntries(
  (
    [
      ["allowed", "Allowed", "circle", "a rule of the policy allows it"],
      [
        "potentially_blocked",
        "Potentially blocked",
        "triangle",
        "no rule allows it; it would be blocked once the database is enforced",
      ],
      ["blocked", "Blocked", "square", "no rule allows it, and the database is enforced"],
      [
        "unknown",
        "Unknown",
        "ring",
        "policy knows no object that stands for the database, or its answer is incomplete",
      ],
      ["unchanged", "Unchanged", "dot", "the draft says what the policy in force says"],
      ["loses", "Would lose access", "cross", "allowed by the policy in force, and no longer by the draft"],
      ["gains", "Would gain access", "plus", "not allowed by the policy in force, and allowed by the draft"],
      ["changes", "Otherwise changed", "ring", "neither allows it, for another reason"],
    ] as const
  ).map(([word, name, sign, means]) => [word, { word, name, sign, means }]),
);

/** What is said of a word of policy. */
export function saying(word: string): Saying {
  return SAYINGS[word] ?? { word, name: word, sign: "ring", means: "" };
}

/** `ACCEPT`, `REJECT`, `ACCEPT and REJECT`, `never seen`. */
export function happenedText(happened: MapLink["happened"]): string {
  if (happened === "both") return "ACCEPT and REJECT";
  return happened === "never" ? "never seen" : happened;
}

/** Words as a sentence: `it is so` as `It is so.` */
export const asSentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

/** A number with its noun: `1 pair`, `12,300 pairs`. */
export function countText(count: number, noun: string, plural = `${noun}s`): string {
  return `${groupedNumber(count)} ${count === 1 ? noun : plural}`;
}

/** A number with commas between thousands; text stays exact at any size. */
export function groupedNumber(count: number | string): string {
  return `${count}`.replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** What a link says in one sentence, for those who hear the map. */
export function linkSentence(link: MapLink, titleOf: (id: string) => string): string {
  const seen =
    link.happened === "never"
      ? "allowed and never seen"
      : `${happenedText(link.happened)}, ${countText(link.accepted + link.rejected, "record")}`;
  const last = link.last === 0 ? "" : `, last ${utcText(link.last)}`;
  return `${titleOf(link.consumer)} to ${titleOf(link.database)}: ${saying(link.says).name.toLowerCase()}; ${seen}${last}; ${countText(link.pairs, "connection")}`;
}

const MEMBER: Readonly<Record<MapNode["side"], string>> = { consumer: "address", database: "database" };

/** What stands below a node's title. */
export function nodeNote(node: MapNode): string {
  const noun = MEMBER[node.side];
  const plural = node.side === "consumer" ? "addresses" : "databases";
  const members =
    node.kind === "address" || node.kind === "database" ? "" : `${countText(node.members, noun, plural)}, `;
  return `${members}${countText(node.links, "connection")}`;
}

/** Seconds since 1970 as `2026-08-15 04:30 UTC`. */
export function utcText(seconds: number): string {
  const { year, month, day } = civilDate(Math.floor(seconds / 86_400));
  const two = (n: number): string => `${n}`.padStart(2, "0");
  const minutes = Math.floor((seconds % 86_400) / 60);
  return `${year}-${two(month)}-${two(day)} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)} UTC`;
}

/** The Gregorian date of a day since 1970; eras of 400 years, in which March comes first. */
function civilDate(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}
