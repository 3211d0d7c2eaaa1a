import { numberAt } from "./column.ts";
import { DECISIONS, type MapData, type MapLinks } from "./map-data.ts";
import { countText } from "./map-words.ts";

/** Connections that a saved page holds at most: some 17 MB, which a browser opens within about two seconds. */
export const MOST_IN_FILE = 200_000;

/**
 * The same data with at most so many connections, for a page that carries its data. Those that somebody has to decide
 * about stay before those in order, and what was seen before what was not; a note counts what is left out.
 */
export function fitForFile(data: MapData, most = MOST_IN_FILE): MapData {
  const { links } = data;
  const size = links.consumer.length;
  if (size <= most) return data;
  const kept = Int32Array.from({ length: size }, (_, link) => link)
    .sort((a, b) => weight(links, b) - weight(links, a) || a - b)
    .subarray(0, most)
    .sort();
  const pick = (column: readonly number[]): number[] => Array.from(kept, (link) => numberAt(column, link));
  const { consumers, consumer } = usedConsumers(data, pick(links.consumer));
  const { draft } = links;
  return {
    ...data,
    consumers,
    links: {
      consumer,
      database: pick(links.database),
      port: pick(links.port),
      accepted: pick(links.accepted),
      rejected: pick(links.rejected),
      first: pick(links.first),
      last: pick(links.last),
      reported: pick(links.reported),
      ...(draft === undefined ? {} : { draft: pick(draft) }),
    },
    notes: [
      `${countText(size - most, "connection")} of ${countText(size, "connection")} left out of this file, those in order first; the map that moat map serves, and --out with .csv or .json, hold all of them`,
      ...data.notes,
    ],
  };
}

const ALLOWED = DECISIONS.indexOf("allowed");

function weight(links: MapLinks, link: number): number {
  const reported = numberAt(links.reported, link);
  const changes = links.draft !== undefined && links.draft[link] !== reported;
  const seen = numberAt(links.accepted, link) + numberAt(links.rejected, link) > 0;
  return Number(changes) * 4 + Number(seen) * 2 + Number(reported !== ALLOWED);
}

/** Consumers without a connection would only make the file heavier. */
function usedConsumers({ consumers }: MapData, column: readonly number[]) {
  const places = new Map<number, number>();
  const consumer = column.map((before) => {
    const place = places.get(before) ?? places.size;
    places.set(before, place);
    return place;
  });
  return { consumer, consumers: [...places.keys()].flatMap((before) => consumers[before] ?? []) };
}
