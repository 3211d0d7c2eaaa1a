import type { NamePattern } from "./model.ts";

/**
 * Whether text fits a pattern, in which `*` stands for any characters and `?` for one. Upper and lower case differ, as
 * they do in AWS tags.
 */
export function fitsPattern(pattern: NamePattern, text: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === text;
  return walk(pattern, text);
}

/** On a mismatch the last `*` takes one more character: no backtracking beyond it, so the time is bounded. */
function walk(pattern: string, text: string): boolean {
  let [at, star, taken] = [0, -1, 0];
  for (let i = 0; i < text.length; ) {
    if (pattern[at] === "*") {
      star = at;
      taken = i;
      at += 1;
    } else if (pattern[at] === "?" || pattern[at] === text[i]) {
      at += 1;
      i += 1;
    } else if (star >= 0) {
      taken += 1;
      i = taken;
      at = star + 1;
    } else return false;
  }
  return [...pattern.slice(at)].every((c) => c === "*");
}

/** Whether one of the texts fits one of the patterns. */
export const fitsAny = (patterns: readonly NamePattern[], texts: readonly string[]): boolean =>
  patterns.some((pattern) => texts.some((text) => fitsPattern(pattern, text)));
