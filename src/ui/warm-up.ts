import type { MapData } from "../core/map/map-data.ts";
import type { MapState } from "../core/map/map-state.ts";
import { trafficMap } from "../core/map/traffic-map.ts";

/** Links from which on a reader would notice the first search or grouping. */
const MANY = 20_000;
/** Milliseconds left to the page between two pieces of work. */
const PAUSE = 30;

/**
 * Works out, while the reader looks at the first picture, what the next actions will ask for: the names that a search
 * goes through, and the groups by one key more or less. The model remembers both.
 *
 * @returns a function that stops it
 */
export function warmUp(data: MapData, state: MapState): () => void {
  if (data.links.consumer.length < MANY) return () => {};
  const { consumersBy } = state;
  const ahead: MapState[] = [
    { ...state, search: "nobody" },
    ...data.labelKeys.map((key) => ({
      ...state,
      search: "nobody",
      consumersBy: consumersBy.includes(key)
        ? consumersBy.filter((each) => each !== key)
        : [...consumersBy, key],
    })),
  ];
  let timer = 0;
  const next = (): void => {
    const wanted = ahead.shift();
    if (wanted === undefined) return;
    trafficMap(data, wanted);
    timer = window.setTimeout(next, PAUSE);
  };
  timer = window.setTimeout(next, PAUSE);
  return () => clearTimeout(timer);
}
