import { numberAt } from "./column.ts";
import type { MapData } from "./map-data.ts";
import { remembered } from "./remembered.ts";

/** Seconds before the newest record: as long as AWS gathers flows by default before it writes them. */
const RECENT = 600;

/** What the flow logs show of one database. */
export interface DatabaseTraffic {
  /** Seconds since 1970, UTC: the first and last record; both 0 when no flow log shows it. */
  readonly first: number;
  readonly last: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Addresses with ACCEPT records. */
  readonly addresses: number;
  /** Of those, the ones with records in the last ten minutes of the logs: their connections are likely open. */
  readonly recent: number;
}

/** Adds up the records of the database at a position. */
export function databaseTraffic({ links }: MapData, database: number): DatabaseTraffic {
  const newest = newestRecord(links);
  const sum = { first: 0, last: 0, accepted: 0, rejected: 0 };
  const [addresses, recent] = [new Set<number>(), new Set<number>()];
  for (const [link, at] of links.database.entries()) {
    if (at !== database) continue;
    add(sum, links, link);
    const last = numberAt(links.last, link);
    if (numberAt(links.accepted, link) === 0) continue;
    addresses.add(numberAt(links.consumer, link));
    if (last > 0 && last >= newest - RECENT) recent.add(numberAt(links.consumer, link));
  }
  return { ...sum, addresses: addresses.size, recent: recent.size };
}

function add(
  sum: { first: number; last: number; accepted: number; rejected: number },
  links: MapData["links"],
  link: number,
): void {
  const first = numberAt(links.first, link);
  if (first !== 0 && (sum.first === 0 || first < sum.first)) sum.first = first;
  sum.last = Math.max(sum.last, numberAt(links.last, link));
  sum.accepted += numberAt(links.accepted, link);
  sum.rejected += numberAt(links.rejected, link);
}

/** Time of the newest record in seconds since 1970, UTC; 0 when none has a time. */
export const newestRecord: (links: MapData["links"]) => number = remembered(({ last }: MapData["links"]) => {
  let newest = 0;
  for (const each of last) if (each > newest) newest = each;
  return newest;
});
