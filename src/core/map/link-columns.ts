import { DECISIONS, type MapData } from "./map-data.ts";
import { CHANGES, type MapState } from "./map-state.ts";
import { remembered } from "./remembered.ts";

/** Bits of {@link LinkColumns}.happened, in the order of HAPPENED. */
export const ACCEPTED = 1;
export const REJECTED = 2;
export const NEVER = 4;

/** Pairs of what the policy in force and what the draft say. */
export const VERDICTS = DECISIONS.length ** 2;

/** The links of a map in the form in which they are gone through fastest. */
export interface LinkColumns {
  readonly consumer: Int32Array;
  readonly database: Int32Array;
  readonly accepted: Float64Array;
  readonly rejected: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly happened: Uint8Array;
  /** What policy and draft say, as one number below {@link VERDICTS}; {@link wordTable} has the word for it. */
  readonly verdict: Uint8Array;
}

/** The words that a view has for links. */
export const wordsOf = (view: MapState["view"]): readonly string[] =>
  view === "difference" ? CHANGES : DECISIONS;

/** By verdict: the number of the word that a view has for it, a position in {@link wordsOf} the view. */
export const wordTable = (view: MapState["view"]): Uint8Array => TABLES[view];

/** Made once for each data: a page asks for it with each action of its reader. */
export const linkColumns: (data: MapData) => LinkColumns = remembered(({ links }: MapData) => {
  const { reported, draft = reported, accepted, rejected } = links;
  const size = reported.length;
  const [happened, verdict] = [new Uint8Array(size), new Uint8Array(size)];
  for (let link = 0; link < size; link += 1) {
    const before = reported[link] ?? 0;
    happened[link] = happenedBits(accepted[link] ?? 0, rejected[link] ?? 0);
    verdict[link] = before * DECISIONS.length + (draft[link] ?? before);
  }
  return {
    consumer: new Int32Array(links.consumer),
    database: new Int32Array(links.database),
    accepted: new Float64Array(accepted),
    rejected: new Float64Array(rejected),
    first: new Float64Array(links.first),
    last: new Float64Array(links.last),
    happened,
    verdict,
  };
});

function happenedBits(accepted: number, rejected: number): number {
  if (accepted === 0 && rejected === 0) return NEVER;
  return (accepted > 0 ? ACCEPTED : 0) | (rejected > 0 ? REJECTED : 0);
}

const ALLOWED = DECISIONS.indexOf("allowed");

function changed(reported: number, draft: number): number {
  if (reported === draft) return CHANGES.indexOf("unchanged");
  if (reported === ALLOWED) return CHANGES.indexOf("loses");
  return CHANGES.indexOf(draft === ALLOWED ? "gains" : "changes");
}

const table = (word: (reported: number, draft: number) => number): Uint8Array =>
  Uint8Array.from({ length: VERDICTS }, (_, verdict) =>
    word(Math.floor(verdict / DECISIONS.length), verdict % DECISIONS.length),
  );

const TABLES: Readonly<Record<MapState["view"], Uint8Array>> = {
  reported: table((reported) => reported),
  draft: table((_, draft) => draft),
  difference: table(changed),
};
