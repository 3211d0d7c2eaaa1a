import { numberAt } from "./column.ts";
import { DECISIONS, type MapData } from "./map-data.ts";
import { remembered } from "./remembered.ts";

/** One consumer whose access to one database's port a draft changes. */
export interface AccessChange {
  readonly address: string;
  /** The workload's name, or the address where policy knows none. */
  readonly consumer: string;
  readonly database: string;
  readonly port: number;
  /** Whether flow logs saw it let in, and when last: seconds since 1970, UTC, 0 where unknown. */
  readonly seen: boolean;
  readonly last: number;
}

/** What a draft does to access. Those who were seen come first, the latest of them first. */
export interface AccessChanges {
  readonly loses: readonly AccessChange[];
  readonly gains: readonly AccessChange[];
}

const ALLOWED = DECISIONS.indexOf("allowed");

/** Everybody who would lose or gain access if the draft came into force; nobody where there is no draft. */
export const accessChanges: (data: MapData) => AccessChanges = remembered((data: MapData) => {
  const { reported, draft } = data.links;
  const [loses, gains]: [AccessChange[], AccessChange[]] = [[], []];
  if (draft === undefined) return { loses, gains };
  for (const [link, before] of reported.entries()) {
    const after = draft[link] ?? before;
    if (before === after || (before !== ALLOWED && after !== ALLOWED)) continue;
    (before === ALLOWED ? loses : gains).push(changeOf(data, link));
  }
  return { loses: loses.sort(latestFirst), gains: gains.sort(latestFirst) };
});

function changeOf({ links, consumers, workloads, databases }: MapData, link: number): AccessChange {
  const consumer = consumers[numberAt(links.consumer, link)];
  const address = consumer?.address ?? "";
  return {
    address,
    consumer: (consumer?.workload === undefined ? undefined : workloads[consumer.workload]?.name) ?? address,
    database: databases[numberAt(links.database, link)]?.id ?? "",
    port: numberAt(links.port, link),
    seen: numberAt(links.accepted, link) > 0,
    last: numberAt(links.last, link),
  };
}

function latestFirst(a: AccessChange, b: AccessChange): number {
  if (a.seen !== b.seen) return a.seen ? -1 : 1;
  return b.last - a.last || order(a.consumer, b.consumer) || order(a.database, b.database);
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
