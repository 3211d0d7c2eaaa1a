import { DECISIONS, type MapData } from "./map-data.ts";

/** The ways in which the same links are shown. */
export const SHAPES = ["map", "matrix", "table", "text"] as const;
export type MapShape = (typeof SHAPES)[number];

/** Reported: what policy in force says. Draft: what the pending one would. Difference: what changes between them. */
export const VIEWS = ["reported", "draft", "difference"] as const;
export type MapView = (typeof VIEWS)[number];

/** What flow logs saw of a link. */
export const HAPPENED = ["ACCEPT", "REJECT", "never"] as const;
export type Happened = (typeof HAPPENED)[number];

/** What the table can be sorted by. */
export const SORTS = ["consumer", "database", "says", "happened", "pairs", "records", "last"] as const;

/** The order of a table or a matrix; without one what somebody has to decide about comes first. */
export interface MapSort {
  /** One of {@link SORTS}, or for a matrix `to:` and the id of the database whose column is sorted by. */
  readonly by: (typeof SORTS)[number] | `to:${string}`;
  readonly descending: boolean;
}

/** Everything that a reader of the map has chosen; a permalink holds all of it. */
export interface MapState {
  readonly shape: MapShape;
  readonly view: MapView;
  /** Label keys that consumers and databases are grouped by; none: each workload and database stands alone. */
  readonly consumersBy: readonly string[];
  readonly databasesBy: readonly string[];
  /** Ids of the nodes that are drilled into. */
  readonly open: readonly string[];
  readonly search: string;
  /** Filters: empty lets everything through. `says` holds the words of the view. */
  readonly says: readonly string[];
  readonly happened: readonly Happened[];
  /** Seconds since 1970, UTC, inclusive. */
  readonly from?: number;
  readonly to?: number;
  /** Only the last so many seconds of the logs, wherever those end by then; `from` and `to` are absent beside it. */
  readonly last?: number;
  /** Id of the node or link whose panel is open. */
  readonly selected?: string;
  readonly sort?: MapSort;
}

const PREFERRED_CONSUMER_KEYS = ["app", "role", "env"];
const PREFERRED_DATABASE_KEYS = ["app", "env"];

/** Where a reader begins: grouped by the usual label keys, as far as the labels have them. */
export function firstState(data: Pick<MapData, "labelKeys" | "draft">): MapState {
  const keys = new Set(data.labelKeys);
  const known = (wanted: readonly string[]) => wanted.filter((key) => keys.has(key));
  const fallback = data.labelKeys.slice(0, 1);
  const or = (chosen: readonly string[]) => (chosen.length > 0 ? chosen : fallback);
  return {
    shape: "map",
    view: data.draft === undefined ? "reported" : "difference",
    consumersBy: or(known(PREFERRED_CONSUMER_KEYS)),
    databasesBy: or(known(PREFERRED_DATABASE_KEYS)),
    open: [],
    search: "",
    says: [],
    happened: [],
  };
}

/** Writes the state as the fragment of an address, without `#`; what is as at first is left out. */
export function stateToFragment(state: MapState, first: MapState): string {
  const parts: string[] = [];
  const put = (key: string, value: string, before: string): void => {
    if (value !== before) parts.push(`${key}=${encodeURIComponent(value)}`);
  };
  put("shape", state.shape, first.shape);
  put("view", state.view, first.view);
  put("consumers", listText(state.consumersBy), listText(first.consumersBy));
  put("databases", listText(state.databasesBy), listText(first.databasesBy));
  put("open", listText(state.open), "");
  put("search", state.search, "");
  put("says", listText(state.says), "");
  put("happened", listText(state.happened), "");
  put("from", `${state.from ?? ""}`, "");
  put("to", `${state.to ?? ""}`, "");
  put("last", `${state.last ?? ""}`, "");
  put("sort", state.sort === undefined ? "" : `${state.sort.descending ? "-" : ""}${state.sort.by}`, "");
  put("selected", state.selected ?? "", "");
  return parts.join("&");
}

/** Reads a fragment back; what it does not say, or says in words we do not know, is as at first. */
export function stateFromFragment(fragment: string, first: MapState): MapState {
  const said = new Map<string, string>();
  for (const part of fragment.replace(/^#/, "").split("&")) {
    const at = part.indexOf("=");
    if (at > 0) said.set(part.slice(0, at), decoded(part.slice(at + 1)));
  }
  const list = (key: string, before: readonly string[]) => {
    const text = said.get(key);
    return text === undefined ? before : listOf(text);
  };
  const selected = said.get("selected");
  const sort = sortOf(said.get("sort") ?? "");
  return {
    shape: oneOf(SHAPES, said.get("shape")) ?? first.shape,
    view: oneOf(VIEWS, said.get("view")) ?? first.view,
    consumersBy: list("consumers", first.consumersBy),
    databasesBy: list("databases", first.databasesBy),
    open: list("open", []),
    search: said.get("search") ?? "",
    says: list("says", []).filter((word) => SAYS_WORDS.has(word)),
    happened: list("happened", []).flatMap((word) => oneOf(HAPPENED, word) ?? []),
    ...timesOf(said),
    ...(selected === undefined ? {} : { selected }),
    ...(sort === undefined ? {} : { sort }),
  };
}

function timesOf(said: ReadonlyMap<string, string>): Pick<MapState, "from" | "to" | "last"> {
  const [last, from, to] = ["last", "from", "to"].map((key) => seconds(said.get(key)));
  if (last !== undefined) return { last };
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** `last` from the earliest, `-last` from the latest. */
function sortOf(text: string): MapSort | undefined {
  const descending = text.startsWith("-");
  const name = descending ? text.slice(1) : text;
  const by = oneOf(SORTS, name) ?? (name.startsWith("to:") ? (name as `to:${string}`) : undefined);
  return by === undefined ? undefined : { by, descending };
}

/** The words of the difference, in the order of their numbers. */
export const CHANGES = ["unchanged", "loses", "gains", "changes"] as const;

/** Choices that change what is drawn, not how: the others need no new picture. */
const QUERY_KEYS: ReadonlySet<string> = new Set([
  "view",
  "consumers",
  "databases",
  "open",
  "search",
  "says",
  "happened",
  "from",
  "to",
  "last",
]);

/** The part of a fragment that a picture depends on. The order decides which links are there in a table only. */
export function pageQuery(fragment: string): string {
  const parts = fragment.replace(/^#/, "").split("&");
  const isTable = parts.includes("shape=table");
  const nameOf = (part: string): string => part.slice(0, Math.max(0, part.indexOf("=")));
  return parts
    .filter((part) => QUERY_KEYS.has(nameOf(part)) || (isTable && nameOf(part) === "sort"))
    .join("&");
}

const SAYS_WORDS: ReadonlySet<string> = new Set([...DECISIONS, ...CHANGES]);

const listText = (list: readonly string[]): string => list.map(encodeURIComponent).join(",");

const listOf = (text: string): readonly string[] =>
  text === "" ? [] : text.split(",").map((item) => decoded(item));

/** A damaged escape stands for itself: a permalink that was cut still opens. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const oneOf = <T extends string>(words: readonly T[], word: string | undefined): T | undefined =>
  words.find((each) => each === word);

function seconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}
