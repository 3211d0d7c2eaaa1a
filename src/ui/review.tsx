import { render } from "preact";
import { useMemo, useState } from "preact/hooks";
import type { Suggestion, Suggestions } from "../core/suggest/model.ts";
import { narrowSuggestion } from "../core/suggest/narrow-suggestion.ts";
import { LeftoverTable } from "./review-leftovers.tsx";
import { ReviewRule } from "./review-rule.tsx";
import "./review.css";

/** Which suggestions are in, and whose values were taken away, by id. */
type Consumers = Suggestion["consumers"];

function Review({ suggestions, leftovers, totals }: Suggestions) {
  const [out, setOut] = useState<ReadonlySet<string>>(new Set());
  const [edited, setEdited] = useState<ReadonlyMap<string, Consumers>>(new Map());
  const [find, setFind] = useState("");
  const now = useMemo(
    () => suggestions.map((each) => narrowSuggestion(each, edited.get(each.id) ?? each.consumers)),
    [suggestions, edited],
  );
  const chosen = now.filter(({ id }) => !out.has(id));
  const shown = now.filter((each) => textOf(each).includes(find.toLowerCase()));
  const byProviders = Map.groupBy(shown, ({ databases }) => databases.join(", "));
  const covered = chosen.reduce((sum, { evidence }) => sum + evidence.conversations, 0);
  const never = chosen.reduce((sum, { neverSeen }) => sum + neverSeen.pairs, 0);
  const choose = (id: string, isIn: boolean): void =>
    setOut((before) => new Set(isIn ? [...before].filter((each) => each !== id) : [...before, id]));
  return (
    <main>
      <h1>Suggested rules</h1>
      <p role="status" class="totals">
        {chosen.length} of {suggestions.length} rules chosen. They cover {covered} of{" "}
        {totals.seen - totals.alreadyAllowed} pairs of consumer and database that policy does not allow yet,
        and would allow {never} that were never seen.
      </p>
      <div class="bar">
        <label>
          Find <input type="search" value={find} onInput={(event) => setFind(event.currentTarget.value)} />
        </label>
        <button type="button" onClick={() => setOut(new Set())}>
          Choose all
        </button>
        <button type="button" onClick={() => setOut(new Set(suggestions.map(({ id }) => id)))}>
          Choose none
        </button>
        <button type="button" class="main" disabled={chosen.length === 0} onClick={() => save(chosen)}>
          Save the choice
        </button>
      </div>
      <p>
        The choice is saved as a file; this page changes nothing. Take it up with{" "}
        <code>moat suggest … --choice suggestion-choice.json --write</code>, or <code>--draft</code> for a
        PCE.
      </p>
      {[...byProviders].map(([databases, rules]) => (
        <section key={databases} aria-label={databases}>
          <h2>{databases}</h2>
          {rules.map((each) => (
            <ReviewRule
              key={each.id}
              rule={each}
              whole={suggestions.find(({ id }) => id === each.id)?.consumers ?? each.consumers}
              isIn={!out.has(each.id)}
              onChoose={(isIn) => choose(each.id, isIn)}
              onEdit={(consumers) => setEdited((before) => new Map(before).set(each.id, consumers))}
            />
          ))}
        </section>
      ))}
      {shown.length === 0 && <p>No suggestion to show.</p>}
      <LeftoverTable leftovers={leftovers} />
    </main>
  );
}

const textOf = ({ id, databases, consumers, providers }: Suggestion): string =>
  JSON.stringify([id, databases, consumers, providers]).toLowerCase();

function save(chosen: readonly Suggestion[]): void {
  const rules = chosen.map(({ id, consumers }) => ({ id, consumers }));
  const text = `${JSON.stringify({ version: 1, kind: "suggestionChoice", rules }, null, 2)}\n`;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "suggestion-choice.json";
  link.click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

const root = document.getElementById("app");
const data = document.getElementById("data")?.textContent;
if (root !== null && data) render(<Review {...(JSON.parse(data) as Suggestions)} />, root);
