import { type AccessChange, accessChanges } from "./access-changes.ts";
import { newestRecord } from "./database-traffic.ts";
import type { MapData } from "./map-data.ts";
import { firstState, type MapState, stateFromFragment } from "./map-state.ts";
import { type TrafficMap, trafficMap } from "./traffic-map.ts";

/** Of those who would lose or gain access, the names that a page is told; the difference view holds all of them. */
export const MOST_NAMES = 50;
const MOST_NOTES = 20;

/** What a page has to know of the whole map, whatever its reader has chosen. */
export interface MapAbout extends Pick<MapData, "policy" | "draft" | "observed" | "labelKeys"> {
  /** What is left out and why; the last one counts the notes that are left out themselves. */
  readonly notes: readonly string[];
  /** Whether there is no connection at all, with whatever filter. */
  readonly isEmpty: boolean;
  /** Time of the newest record, in seconds since 1970, UTC; 0 when none has a time. */
  readonly newest: number;
}

/** Those whose access a draft changes in one direction. */
export interface NamedChanges {
  readonly count: number;
  /** Of those, the ones that flow logs saw let in. */
  readonly seen: number;
  /** The first {@link MOST_NAMES}. */
  readonly names: readonly AccessChange[];
}

/** All that a page shows at a time: its size has a bound, whatever the size of the data. */
export interface MapPage {
  readonly about: MapAbout;
  readonly map: TrafficMap;
  readonly loses: NamedChanges;
  readonly gains: NamedChanges;
}

/** The page of a state. A server and a saved page call this one function, so both show the same picture. */
export function mapPage(data: MapData, state: MapState): MapPage {
  const { loses, gains } = accessChanges(data);
  return { about: aboutOf(data), map: trafficMap(data, state), loses: named(loses), gains: named(gains) };
}

/** The page of a query, which is a permalink's fragment: see `pageQuery`. */
export const mapPageOf = (data: MapData, query: string): MapPage =>
  mapPage(data, stateFromFragment(query, firstState(data)));

function aboutOf({ policy, draft, observed, labelKeys, notes, links }: MapData): MapAbout {
  const more = notes.length - MOST_NOTES;
  return {
    policy,
    ...(draft === undefined ? {} : { draft }),
    observed,
    labelKeys,
    notes: more <= 1 ? notes : [...notes.slice(0, MOST_NOTES), `And ${more} more notes; --json prints them`],
    isEmpty: links.consumer.length === 0,
    newest: newestRecord(links),
  };
}

const named = (changes: readonly AccessChange[]): NamedChanges => ({
  count: changes.length,
  seen: changes.reduce((sum, { seen }) => sum + Number(seen), 0),
  names: changes.slice(0, MOST_NAMES),
});
