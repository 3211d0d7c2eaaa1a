import { render } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { countText } from "../core/map/map-words.ts";
import type { Suggestion } from "../core/suggest/model.ts";
import {
  choiceFromFragment,
  choiceToFragment,
  edited,
  type ReviewChoice,
} from "../core/suggest/review-choice.ts";
import { LeftoverTable } from "./review-leftovers.tsx";
import { ReviewRule } from "./review-rule.tsx";
import { loadReview, type ReviewData } from "./review-source.ts";
import { SupersededList } from "./review-superseded.tsx";
import { TakeChoice } from "./review-take.tsx";
import "./review.css";

interface ReviewProps {
  readonly data: ReviewData;
  readonly served: boolean;
}

/** Suggestions to choose among. What is chosen is in the address, so that the way back from the map keeps it. */
function Review({ data, served }: ReviewProps) {
  const { suggestions, leftovers } = data;
  const [choice, setChoice] = useChoice(suggestions);
  const [find, setFind] = useState("");
  const now = useMemo(() => edited(suggestions, choice), [suggestions, choice]);
  const chosen = now.filter(({ id }) => !choice.out.has(id));
  const shown = now.filter((each) => textOf(each).includes(find.toLowerCase()));
  const whole = useMemo(() => new Map(suggestions.map((each) => [each.id, each.consumers])), [suggestions]);
  const byProviders = Map.groupBy(shown, ({ databases }) => databases.join(", "));
  const leaveOut = (ids: Iterable<string>): void => setChoice({ ...choice, out: new Set(ids) });
  return (
    <main>
      {served && (
        <nav aria-label="Pages">
          <a href="/">Traffic map</a>
        </nav>
      )}
      <h1>Suggested rules</h1>
      {suggestions.length > 0 && (
        <>
          <Totals data={data} chosen={chosen} />
          <div class="bar">
            <label>
              Find{" "}
              <input type="search" value={find} onInput={(event) => setFind(event.currentTarget.value)} />
            </label>
            <button type="button" onClick={() => leaveOut([])}>
              Choose all
            </button>
            <button type="button" onClick={() => leaveOut(whole.keys())}>
              Choose none
            </button>
          </div>
          <TakeChoice data={data} chosen={chosen} choice={choice} served={served} />
        </>
      )}
      {[...byProviders].map(([databases, rules]) => (
        <section key={databases} aria-label={databases}>
          <h2>{databases}</h2>
          {rules.map((each) => (
            <ReviewRule
              key={each.id}
              rule={each}
              whole={whole.get(each.id) ?? each.consumers}
              isIn={!choice.out.has(each.id)}
              onChoose={(isIn) =>
                leaveOut(isIn ? [...choice.out].filter((id) => id !== each.id) : [...choice.out, each.id])
              }
              onEdit={(consumers) =>
                setChoice({ ...choice, narrowed: new Map(choice.narrowed).set(each.id, consumers) })
              }
            />
          ))}
        </section>
      ))}
      {shown.length === 0 && <p>{whyNone(data)}</p>}
      <LeftoverTable leftovers={leftovers} />
      <SupersededList rules={data.superseded} />
    </main>
  );
}

function whyNone({ suggestions, observed, totals }: ReviewData): string {
  if (!observed)
    return "No flow logs were read, so there is nothing to suggest. Start moat map with --flows.";
  if (suggestions.length > 0) return "No suggestion to show.";
  return (
    `There is nothing to suggest: policy allows ${totals.alreadyAllowed} of ${countText(totals.seen, "pair")} of consumer and database that flow logs saw, and ${totals.leftOver} are left over. ` +
    "moat suggest --afresh shows what would be suggested had the policy no rules yet."
  );
}

/** The choice, kept in the address of the page. */
function useChoice(
  suggestions: readonly Suggestion[],
): readonly [ReviewChoice, (next: ReviewChoice) => void] {
  const [choice, setChoice] = useState(() => choiceFromFragment(location.hash, suggestions));
  useEffect(() => {
    const follow = (): void => setChoice(choiceFromFragment(location.hash, suggestions));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [suggestions]);
  const change = (next: ReviewChoice): void => {
    // What was put back to the whole is no edit any more.
    const fragment = choiceToFragment(choiceFromFragment(choiceToFragment(next), suggestions));
    history.replaceState(null, "", `#${fragment}`);
    setChoice(choiceFromFragment(fragment, suggestions));
  };
  return [choice, change];
}

function Totals({ data, chosen }: { readonly data: ReviewData; readonly chosen: readonly Suggestion[] }) {
  const { suggestions, totals } = data;
  const covered = chosen.reduce((sum, { evidence }) => sum + evidence.conversations, 0);
  const never = chosen.reduce((sum, { neverSeen }) => sum + neverSeen.pairs, 0);
  return (
    <p role="status" class="totals">
      {chosen.length} of {countText(suggestions.length, "rule")} chosen. Covered: {covered} of{" "}
      {countText(totals.seen - totals.alreadyAllowed, "pair")} of consumer and database that policy does not
      allow yet. Also allowed, though never seen: {never}. Left over: {totals.leftOver}. Allowed already:{" "}
      {totals.alreadyAllowed}.
    </p>
  );
}

const textOf = ({ id, databases, consumers, providers }: Suggestion): string =>
  JSON.stringify([id, databases, consumers, providers]).toLowerCase();

const root = document.getElementById("app");
if (root !== null) {
  loadReview().then(
    (props) => render(<Review {...props} />, root),
    (error: unknown) =>
      render(
        <main>
          <p role="alert">The suggestions could not be loaded: {String(error)}</p>
        </main>,
        root,
      ),
  );
}
