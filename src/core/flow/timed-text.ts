import type { TimeWindow } from "./conversation.ts";

/** Whole lines of text, and when what they tell of happened: for records whose format has no time. */
export interface TimedText {
  /** Ends with a line feed. */
  readonly text: Uint8Array;
  readonly time: TimeWindow;
}
