import { numberAt } from "./column.ts";
import { DECISIONS, type MapData, type MapLabels } from "./map-data.ts";
import { CHANGES, HAPPENED, type MapState } from "./map-state.ts";

/** One bit of a number each. */
const MOST_WORDS = 30;
const ALLOWED = DECISIONS.indexOf("allowed");

/** Number of the word that the view has for a link: a position in DECISIONS, or in CHANGES for the difference. */
export function saysOf({ links }: MapData, view: MapState["view"], link: number): number {
  const reported = links.reported[link] ?? 3;
  const draft = links.draft?.[link] ?? reported;
  if (view === "reported") return reported;
  if (view === "draft") return draft;
  if (reported === draft) return CHANGES.indexOf("unchanged");
  if (reported === ALLOWED) return CHANGES.indexOf("loses");
  return CHANGES.indexOf(draft === ALLOWED ? "gains" : "changes");
}

/** The words that a view has for links. */
export const wordsOf = (view: MapState["view"]): readonly string[] =>
  view === "difference" ? CHANGES : DECISIONS;

/** Whether the state's filters let a link through; made once for a state, asked of every link. */
export function linkFilter(data: MapData, state: MapState): (link: number) => boolean {
  const { links } = data;
  const says = flags(wordsOf(state.view), state.says);
  const happened = flags(HAPPENED, state.happened);
  const found = searched(data, state.search);
  const within = timed(data, state);
  return (link) => {
    if (says !== undefined && says[saysOf(data, state.view, link)] !== true) return false;
    if (happened !== undefined && !hasHappened(links, link, happened)) return false;
    if (within !== undefined && !within(link)) return false;
    return found === undefined || found(numberAt(links.consumer, link), numberAt(links.database, link));
  };
}

/** What was never seen has no time, and no time range hides it. */
function timed({ links }: MapData, { from, to }: MapState): ((link: number) => boolean) | undefined {
  if (from === undefined && to === undefined) return undefined;
  const [start, end] = [from ?? 0, to ?? Number.MAX_SAFE_INTEGER];
  return (link) => {
    const last = numberAt(links.last, link);
    return last === 0 || (last >= start && numberAt(links.first, link) <= end);
  };
}

function hasHappened(links: MapData["links"], link: number, wanted: readonly boolean[]): boolean {
  const accepted = (links.accepted[link] ?? 0) > 0;
  const rejected = (links.rejected[link] ?? 0) > 0;
  if (!accepted && !rejected) return wanted[2] === true;
  return (accepted && wanted[0] === true) || (rejected && wanted[1] === true);
}

/** `undefined` when nothing is chosen, so that everything passes. */
function flags(words: readonly string[], chosen: readonly string[]): readonly boolean[] | undefined {
  const wanted = words.map((word) => chosen.includes(word));
  return wanted.some((each) => each) ? wanted : undefined;
}

/** Every word has to be found, in what the consumer or in what the database is called. */
function searched(
  data: MapData,
  search: string,
): ((consumer: number, database: number) => boolean) | undefined {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
    .slice(0, MOST_WORDS);
  if (words.length === 0) return undefined;
  const has = (text: string): number =>
    words.reduce((mask, word, at) => (text.includes(word) ? mask | (1 << at) : mask), 0);
  const every = (1 << words.length) - 1;
  const workloads = data.workloads.map(({ name, labels }) =>
    has(`${name} ${labelWords(labels)}`.toLowerCase()),
  );
  const consumers = data.consumers.map(
    ({ address, workload, ipList = "" }) =>
      has(`${address} ${ipList}`.toLowerCase()) | (workload === undefined ? 0 : (workloads[workload] ?? 0)),
  );
  const databases = data.databases.map((each) =>
    has(`${each.id} ${each.engine} ${each.arn} ${labelWords(each.labels)}`.toLowerCase()),
  );
  return (consumer, database) => ((consumers[consumer] ?? 0) | (databases[database] ?? 0)) === every;
}

const labelWords = (labels: MapLabels): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
