import type { LabelQuery } from "../policy/source/consumer-source.ts";
import type { Suggestion } from "./model.ts";
import { isNarrower, narrowSuggestion } from "./narrow-suggestion.ts";
import { queryKey } from "./query-key.ts";

/** What a person decided on the review page: rules left out, and consumers that were made narrower, by id. */
export interface ReviewChoice {
  readonly out: ReadonlySet<string>;
  readonly narrowed: ReadonlyMap<string, LabelQuery>;
}

export const EVERYTHING: ReviewChoice = { out: new Set(), narrowed: new Map() };

/** The suggestions as they were edited, those left out too. */
export function edited(
  suggestions: readonly Suggestion[],
  { narrowed }: ReviewChoice,
): readonly Suggestion[] {
  return suggestions.map((each) => {
    const query = narrowed.get(each.id);
    return query === undefined ? each : narrowSuggestion(each, query);
  });
}

/** The suggestions that are in, as they were edited. */
export const chosen = (suggestions: readonly Suggestion[], choice: ReviewChoice): readonly Suggestion[] =>
  edited(suggestions, choice).filter(({ id }) => !choice.out.has(id));

/** The choice as `moat suggest --choice` reads it. */
export function choiceDocument(suggestions: readonly Suggestion[], choice: ReviewChoice) {
  const rules = chosen(suggestions, choice).map(({ id, consumers }) => ({ id, consumers }));
  return { version: 1, kind: "suggestionChoice", rules } as const;
}

/** The choice as the fragment of an address, so that the way back to the page leads back to it; empty for all. */
export function choiceToFragment({ out, narrowed }: ReviewChoice): string {
  if (out.size + narrowed.size === 0) return "";
  return encodeURIComponent(JSON.stringify({ out: [...out].sort(), narrowed: [...narrowed] }));
}

/**
 * The choice in a fragment. Policy and traffic may have changed since, and anybody may have written it: what is not
 * suggested any more, and what is no narrower than what is, does not count.
 */
export function choiceFromFragment(fragment: string, suggestions: readonly Suggestion[]): ReviewChoice {
  const { out, narrowed } = parsed(fragment);
  const byId = new Map(suggestions.map((each) => [each.id, each.consumers]));
  return {
    out: new Set(listOf(out).filter((id): id is string => typeof id === "string" && byId.has(id))),
    narrowed: new Map(
      listOf(narrowed).flatMap((entry): [string, LabelQuery][] => {
        const [id, query] = listOf(entry);
        const whole = typeof id === "string" ? byId.get(id) : undefined;
        if (typeof id !== "string" || whole === undefined || !isQuery(query)) return [];
        return isNarrower(query, whole) && queryKey(query) !== queryKey(whole) ? [[id, query]] : [];
      }),
    ),
  };
}

function parsed(fragment: string): { readonly out?: unknown; readonly narrowed?: unknown } {
  try {
    const json: unknown = JSON.parse(decodeURIComponent(fragment.replace(/^#/, "")));
    return typeof json === "object" && json !== null ? json : {};
  } catch {
    return {};
  }
}

const listOf = (json: unknown): readonly unknown[] => (Array.isArray(json) ? json : []);

const isQuery = (json: unknown): json is LabelQuery =>
  typeof json === "object" &&
  json !== null &&
  Object.values(json).every(
    (values) => Array.isArray(values) && values.every((value) => typeof value === "string"),
  );

/** Where the rules go: into the policy file, or into the draft of a PCE. */
export type WrittenTo = "write" | "draft";

/** More ids than these are not written on a command line but saved as a file. */
const MOST_IDS = 12;

/** What the review page's choice is saved as. */
export const CHOICE_FILE = "suggestion-choice.json";

/** A command that takes a choice up. */
export interface ChoiceCommand {
  readonly text: string;
  /** Whether the choice has to be saved as {@link CHOICE_FILE} first. */
  readonly needsFile: boolean;
}

/**
 * The command that takes the choice up: by ids where that says all of it, else by the file.
 *
 * @param begin `moat suggest` with the sources that the suggestions were made from, quoted for a shell
 */
export function choiceCommand(
  begin: string,
  to: WrittenTo | undefined,
  suggestions: readonly Suggestion[],
  choice: ReviewChoice,
): ChoiceCommand {
  const end = to === undefined ? "" : ` --${to}`;
  const ids = suggestions.filter(({ id }) => !choice.out.has(id)).map(({ id }) => id);
  const isEdited = ids.some((id) => choice.narrowed.has(id));
  if (!isEdited && ids.length === suggestions.length) return { text: `${begin}${end}`, needsFile: false };
  if (!isEdited && ids.length <= MOST_IDS)
    return { text: `${begin} --only ${ids.join(" ")}${end}`, needsFile: false };
  return { text: `${begin} --choice ${CHOICE_FILE}${end}`, needsFile: true };
}
