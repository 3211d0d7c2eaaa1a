import type { MapData } from "./map-data.ts";
import { firstState, type MapState } from "./map-state.ts";

/** Links from which on a reader would notice the first search or grouping. */
const MANY = 20_000;

/**
 * What the next actions are likely to ask for: the names that a search goes through, and the groups by one key more or
 * less. The model remembers both, so whoever works them out while nobody waits makes the action itself fast.
 */
export function statesAhead(data: MapData): readonly MapState[] {
  if (data.links.consumer.length < MANY) return [];
  const state = { ...firstState(data), search: "nobody" };
  const { consumersBy } = state;
  return [
    state,
    ...data.labelKeys.map((key) => ({
      ...state,
      consumersBy: consumersBy.includes(key)
        ? consumersBy.filter((each) => each !== key)
        : [...consumersBy, key],
    })),
  ];
}
