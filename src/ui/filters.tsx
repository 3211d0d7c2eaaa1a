import { wordsOf } from "../core/map/link-columns.ts";
import { HAPPENED, type MapState } from "../core/map/map-state.ts";
import { groupedNumber, saying } from "../core/map/map-words.ts";
import type { TrafficMap } from "../core/map/traffic-map.ts";
import { Sign } from "./sign.tsx";

interface FiltersProps {
  readonly map: TrafficMap;
  /** The view that the map was made for, which the chosen one may be ahead of. */
  readonly view: MapState["view"];
  readonly state: MapState;
  readonly change: (part: Partial<MapState>) => void;
}

function toggled<T>(list: readonly T[], item: T): readonly T[] {
  return list.includes(item) ? list.filter((each) => each !== item) : [...list, item];
}

/** The legend, which is also the filter: what policy says, and what happened. */
export function Filters({ map, view, state, change }: FiltersProps) {
  const { totals } = map;
  const seen = { ACCEPT: totals.accepted, REJECT: totals.rejected, never: totals.never };
  return (
    <div class="legend">
      <fieldset>
        <legend>Policy says</legend>
        {wordsOf(view).map((word) => (
          <button
            type="button"
            key={word}
            title={saying(word).means}
            aria-pressed={state.says.includes(word)}
            onClick={() => change({ says: toggled(state.says, word) })}
          >
            <Sign word={word} />
            {saying(word).name} <b>{groupedNumber(totals.says[word] ?? 0)}</b>
          </button>
        ))}
      </fieldset>
      <fieldset>
        <legend>What happened</legend>
        {HAPPENED.map((word) => (
          <button
            type="button"
            key={word}
            aria-pressed={state.happened.includes(word)}
            onClick={() => change({ happened: toggled(state.happened, word) })}
          >
            <svg class="stroke-box" viewBox="0 0 26 10" aria-hidden="true">
              <path class={word} d="M1 5H25" />
            </svg>
            {word === "never" ? "Never seen" : word} <b>{groupedNumber(seen[word])}</b>
          </button>
        ))}
      </fieldset>
    </div>
  );
}
