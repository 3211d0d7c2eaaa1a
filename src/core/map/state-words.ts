import type { MapAbout } from "./map-page.ts";
import type { MapState } from "./map-state.ts";
import { happenedText, saying } from "./map-words.ts";
import { rangeText } from "./time-range.ts";

const VIEWS = {
  reported: "what the policy in force says",
  draft: "what the draft says",
  difference: "what the draft changes",
} as const;

/** What a reader has chosen, in a line for paper, where no control shows it. */
export function stateText(state: MapState, { newest }: Pick<MapAbout, "newest">): string {
  const { view, consumersBy, databasesBy, search, says, happened } = state;
  const by = (keys: readonly string[]): string =>
    keys.length === 0 ? "one by one" : `by ${keys.join(", ")}`;
  const parts = [
    `Shown: ${VIEWS[view]}`,
    `consumers ${by(consumersBy)}`,
    `databases ${by(databasesBy)}`,
    ...(search.trim() === "" ? [] : [`only what matches "${search.trim()}"`]),
    ...(says.length === 0 ? [] : [`only ${says.map((word) => saying(word).name).join(", ")}`]),
    ...(happened.length === 0 ? [] : [`only ${happened.map(happenedText).join(", ")}`]),
    newest === 0 ? "no record has a time" : `seen between (UTC): ${rangeText(state)}`,
  ];
  return `${parts.join("; ")}.`;
}
