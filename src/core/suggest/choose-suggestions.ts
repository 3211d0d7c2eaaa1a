import type { Diagnostic } from "../diagnostic.ts";
import { nearest } from "../nearest.ts";
import type { LabelQuery } from "../policy/source/consumer-source.ts";
import { err, ok, type Result } from "../result.ts";
import type { Suggestion } from "./model.ts";
import { isNarrower, narrowSuggestion } from "./narrow-suggestion.ts";

/** What a person chose among suggestions. Without `only` it is all of them. */
export interface Choice {
  readonly only?: readonly string[];
  readonly except?: readonly string[];
  /** Consumers that were made narrower, by id. */
  readonly narrowed?: ReadonlyMap<string, LabelQuery>;
}

/** The chosen suggestions; an id that none has is an error, so that nothing is left out by a slip. */
export function chooseSuggestions(
  all: readonly Suggestion[],
  { only, except = [], narrowed = new Map() }: Choice,
): Result<readonly Suggestion[], readonly Diagnostic[]> {
  const ids = all.map(({ id }) => id);
  const unknown = [...(only ?? []), ...except]
    .filter((id) => !ids.includes(id))
    .map((id) => unknownId(id, ids));
  const wanted = all.filter(({ id }) => (only === undefined || only.includes(id)) && !except.includes(id));
  const wider = wanted.flatMap(({ id, consumers }) => {
    const query = narrowed.get(id);
    return query === undefined || isNarrower(query, consumers) ? [] : [widerThan(id)];
  });
  if (unknown.length + wider.length > 0) return err([...unknown, ...wider]);
  return ok(
    wanted.map((each) => {
      const query = narrowed.get(each.id);
      return query === undefined ? each : narrowSuggestion(each, query);
    }),
  );
}

function unknownId(id: string, ids: readonly string[]): Diagnostic {
  const close = nearest(id, ids);
  return {
    code: "SUGGESTION_UNKNOWN",
    what: `There is no suggestion "${id}"`,
    why: "A suggestion has the same id as long as its labels are the same; policy or traffic have changed since",
    fix:
      close === undefined
        ? "Run moat suggest again and choose among what it shows"
        : `Did you mean "${close}"?`,
  };
}

const widerThan = (id: string): Diagnostic => ({
  code: "SUGGESTION_WIDENED",
  what: `The consumers chosen for suggestion "${id}" are not among those that were suggested`,
  why: "A choice may take values away; what it would add was never weighed against the policy's boundaries",
  fix: "Take the change back, and write the wider rule into the policy by hand",
});
