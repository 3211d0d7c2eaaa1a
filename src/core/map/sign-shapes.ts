import type { Saying } from "./map-words.ts";

/** A sign around the origin, 9 to 11 pixels wide. */
export interface SignShape {
  /** SVG path data. */
  readonly path: string;
  /** Drawn with a line instead of filled. */
  readonly hollow: boolean;
}

/** The page and a saved picture draw the same signs. */
export const SIGN_SHAPES: Readonly<Record<Saying["sign"], SignShape>> = {
  circle: { path: "M-5 0A5 5 0 1 0 5 0A5 5 0 1 0-5 0Z", hollow: false },
  dot: { path: "M-3 0A3 3 0 1 0 3 0A3 3 0 1 0-3 0Z", hollow: false },
  ring: { path: "M-4 0A4 4 0 1 0 4 0A4 4 0 1 0-4 0Z", hollow: true },
  square: { path: "M-4.500-4.500H4.500V4.500H-4.500Z", hollow: false },
  triangle: { path: "M0-5.500 5.500 4.500H-5.500Z", hollow: false },
  cross: { path: "M-4-4 4 4M4-4-4 4", hollow: true },
  plus: { path: "M0-5V5M-5 0H5", hollow: true },
};

const COLOURS: Readonly<Record<string, string>> = {
  allowed: "#1f7a68",
  potentially_blocked: "#a66300",
  changes: "#a66300",
  blocked: "#b3352b",
  loses: "#b3352b",
  gains: "#2b62b8",
};

/**
 * How the line of a link is broken, by what happened; ACCEPT is whole. Dashed is what policy allows and nobody uses, so
 * a rejected one has dots between its dashes.
 */
export const DASHES = { never: "6 5", REJECT: "12 4 2 4", both: "30 4 2 4" } as const;

/** The colour of a word of policy on white paper; the page has its own, which also know the dark. */
export const paperColour = (word: string): string => COLOURS[word] ?? "#667085";
