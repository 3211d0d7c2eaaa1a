import type { MapData, MapLabels } from "./map-data.ts";
import { remembered } from "./remembered.ts";

/** One bit of a number each. */
const MOST_WORDS = 30;

/** For each consumer and database a bit for each word of the search that is found in what it is called. */
export interface SearchedEnds {
  readonly consumers: Int32Array;
  readonly databases: Int32Array;
  /** The bits of all words. */
  readonly every: number;
}

/** Every word has to be found, in what the consumer or in what the database is called. `undefined`: no words. */
export function searchedEnds(data: MapData, search: string): SearchedEnds | undefined {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
    .slice(0, MOST_WORDS);
  if (words.length === 0) return undefined;
  const bits = (texts: readonly string[]): Int32Array =>
    Int32Array.from(texts, (text) =>
      words.reduce((mask, word, at) => (text.includes(word) ? mask | (1 << at) : mask), 0),
    );
  const { consumers, databases } = namesOf(data);
  return { consumers: bits(consumers), databases: bits(databases), every: (1 << words.length) - 1 };
}

/** All that consumers and databases are called, in small letters. */
const namesOf = remembered(({ consumers, workloads, databases }: MapData) => {
  const called = workloads.map(({ name, labels }) => `${name} ${labelWords(labels)}`);
  return {
    consumers: consumers.map(({ address, workload, ipList = "" }) =>
      `${address} ${ipList} ${workload === undefined ? "" : (called[workload] ?? "")}`.toLowerCase(),
    ),
    databases: databases.map((each) =>
      `${each.id} ${each.engine} ${each.arn} ${labelWords(each.labels)}`.toLowerCase(),
    ),
  };
});

const labelWords = (labels: MapLabels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
