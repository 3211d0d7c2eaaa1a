import type { Suggestions } from "../core/suggest/model.ts";
import type { choiceDocument, WrittenTo } from "../core/suggest/review-choice.ts";
import type { SupersededRule } from "../core/suggest/superseded-rules.ts";

/** What the page shows. */
export interface ReviewData extends Suggestions {
  /** `moat suggest` with the sources that the suggestions were made from. */
  readonly command: string;
  /** Whether flow logs were read. */
  readonly observed: boolean;
  /** Rules of the policy that were suggested earlier and that nothing which was seen needs by now. */
  readonly superseded: readonly SupersededRule[];
  readonly writtenTo?: WrittenTo;
  readonly policy: { readonly source: "pce" | "file"; readonly version: string };
}

type ChoiceDocument = ReturnType<typeof choiceDocument>;

/** What came of a question to the server: its answer, or what is wrong, in words. */
export type Answer = { readonly text: string } | { readonly problems: readonly string[] };

/** Reads what a saved page carries, or asks the server. */
export async function loadReview(): Promise<{ readonly data: ReviewData; readonly served: boolean }> {
  const saved = document.getElementById("data")?.textContent;
  if (saved) return { data: JSON.parse(saved) as ReviewData, served: false };
  const answer = await fetch("/api/suggestions");
  if (!answer.ok) throw new Error(await answer.text());
  return { data: (await answer.json()) as ReviewData, served: true };
}

/** Lets the server judge a choice; it writes nothing. */
export async function askAbout(path: "try" | "policy", choice: ChoiceDocument): Promise<Answer> {
  try {
    const answer = await fetch(`/api/suggestions/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(choice),
    });
    if (answer.ok) return { text: await answer.text() };
    if (answer.status !== 422) return { problems: [await answer.text()] };
    const { problems } = (await answer.json()) as { problems: readonly { what: string; fix: string }[] };
    return { problems: problems.map(({ what, fix }) => `${what}. ${fix}.`) };
  } catch (error) {
    return { problems: [`The server did not answer: ${String(error)}. Start moat map again.`] };
  }
}

/** Gives the reader a file to take along. */
export function saveText(name: string, type: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
