import type { Stage } from "./stage.ts";

/** What a chapter found out, as plain JSON data. */
export type Facts = Readonly<Record<string, unknown>>;

/** One chapter of the story. Everything it says is the outcome of a call that it made. */
export interface Chapter {
  /** Key of its facts in the JSON. */
  readonly key: string;
  readonly title: string;
  readonly run: (stage: Stage) => Promise<Facts>;
}
