import type { Draft, Problem } from "./ask-what-if.ts";

/** What only a served page can do. */
export interface ServerTools {
  readonly following: boolean;
  /** What following brought last: new flows and when, or why it does not go well. */
  readonly news: string;
  /** When the server last looked for new flows, as this machine writes a time; empty before the first look. */
  readonly looked: string;
  readonly follow: (wanted: boolean) => void;
  readonly tryDraft: (draft: Draft | undefined) => void;
  /** Whether a draft that was tried is shown. */
  readonly hasDraft: boolean;
  /** What is wrong with the draft that was tried last. */
  readonly problems: readonly Problem[];
}
