import type { Unreadable } from "../../../core/policy/model.ts";
import { unreadable } from "./shape.ts";

/** The words of a list that we know, and one {@link Unreadable} for each that we do not. */
export interface KnownWords<W extends string> {
  readonly words: readonly W[];
  readonly unreadable: readonly Unreadable[];
}

/** Reads a list of words from a closed set, such as `["workloads"]`. Absent and null give `whenAbsent`. */
export function readKnownWords<W extends string>(
  json: unknown,
  known: readonly W[],
  whenAbsent: readonly W[],
  path: string,
): KnownWords<W> {
  if (json === undefined || json === null) return { words: whenAbsent, unreadable: [] };
  if (!Array.isArray(json)) return { words: [], unreadable: [unknownWord(path, json, known)] };
  const list: readonly unknown[] = json;
  return {
    words: known.filter((word) => list.includes(word)),
    unreadable: list.flatMap((word, index) =>
      known.some((candidate) => candidate === word) ? [] : [unknownWord(`${path}[${index}]`, word, known)],
    ),
  };
}

function unknownWord(path: string, json: unknown, known: readonly string[]): Unreadable {
  const words = known.map((word) => `"${word}"`).join(", ");
  return unreadable(path, json, `the words known here are ${words}`, "use only these words in the rule");
}
