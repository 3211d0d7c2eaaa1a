import { DECISIONS, type MapData } from "./map-data.ts";
import { CHANGES, type MapState } from "./map-state.ts";
import { remembered } from "./remembered.ts";

/** Bits of {@link LinkColumns}.happened, in the order of HAPPENED. */
export const ACCEPTED = 1;
export const REJECTED = 2;
export const NEVER = 4;

/** The links of a map in the form in which they are gone through fastest. */
export interface LinkColumns {
  readonly consumer: Int32Array;
  readonly database: Int32Array;
  readonly accepted: Float64Array;
  readonly rejected: Float64Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly happened: Uint8Array;
  /** By view: the number of the word that it has for each link, a position in {@link wordsOf} the view. */
  readonly says: Readonly<Record<MapState["view"], Uint8Array>>;
}

/** The words that a view has for links. */
export const wordsOf = (view: MapState["view"]): readonly string[] =>
  view === "difference" ? CHANGES : DECISIONS;

/** Made once for each data: a page asks for it with each action of its reader. */
export const linkColumns: (data: MapData) => LinkColumns = remembered(({ links }: MapData) => {
  const reported = Uint8Array.from(links.reported);
  const draft = links.draft === undefined ? reported : Uint8Array.from(links.draft);
  return {
    consumer: Int32Array.from(links.consumer),
    database: Int32Array.from(links.database),
    accepted: Float64Array.from(links.accepted),
    rejected: Float64Array.from(links.rejected),
    first: Float64Array.from(links.first),
    last: Float64Array.from(links.last),
    happened: Uint8Array.from(links.accepted, (accepted, link) =>
      happenedBits(accepted, links.rejected[link] ?? 0),
    ),
    says: {
      reported,
      draft,
      difference: reported.map((before, link) => changed(before, draft[link] ?? before)),
    },
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
