import type { MapLink, TrafficMap } from "./traffic-map.ts";

/**
 * What a selection means on a map that may be another than the one on which it was made: a link keeps its ends in every
 * view, but not what is said of it.
 *
 * @returns the id of a node or link of the map; the selection itself where the map has none for it
 */
export function selectedIn(
  { consumers, databases, links }: TrafficMap,
  selected: string | undefined,
): string | undefined {
  if (selected === undefined) return undefined;
  const isThere = [...consumers, ...databases, ...links].some(({ id }) => id === selected);
  if (isThere) return selected;
  return links.find((link) => selected.startsWith(endsOf(link)))?.id ?? selected;
}

const endsOf = ({ consumer, database }: MapLink): string => `${consumer}>${database}>`;
