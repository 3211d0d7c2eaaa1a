import { DECISIONS, type MapData } from "./map-data.ts";
import { CHANGES, firstState, HAPPENED, type MapState } from "./map-state.ts";
import { trafficMap } from "./traffic-map.ts";

/** Links from which on a reader would notice the first search or grouping. */
const MANY = 20_000;

/**
 * What the next actions are likely to ask for: the names that a search goes through, one filter, and the groups of each
 * side by one key more or less. The model remembers what it can of each, so whoever works them out while nobody waits
 * makes the action itself fast, the first one of its kind too.
 */
function statesAhead(data: MapData): readonly MapState[] {
  if (data.links.consumer.length < MANY) return [];
  const state = firstState(data);
  const others = (keys: readonly string[]): readonly (readonly string[])[] =>
    data.labelKeys.map((key) => (keys.includes(key) ? keys.filter((each) => each !== key) : [...keys, key]));
  return [
    { ...state, search: "nobody" },
    ...others(state.consumersBy).map((consumersBy) => ({ ...state, consumersBy })),
    ...others(state.databasesBy).map((databasesBy) => ({ ...state, databasesBy })),
    ...(state.view === "difference" ? CHANGES : DECISIONS).map((word) => ({ ...state, says: [word] })),
    ...HAPPENED.map((word) => ({ ...state, happened: [word] })),
    // Last, so that it is the one that is certainly still known.
    state,
  ];
}

/**
 * Works out the states ahead, one piece after the other.
 *
 * @param later calls back when nobody waits for anything else
 */
export function workAhead(data: MapData, later: (piece: () => void) => void): void {
  const ahead = [...statesAhead(data)];
  const next = (): void => {
    const state = ahead.shift();
    if (state === undefined) return;
    trafficMap(data, state);
    later(next);
  };
  later(next);
}
