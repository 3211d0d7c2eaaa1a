import { newestRecord } from "./database-traffic.ts";
import { wordsOf } from "./link-columns.ts";
import { mapConnections } from "./map-connections.ts";
import { mapCsv } from "./map-csv.ts";
import type { MapData } from "./map-data.ts";
import { mapDot } from "./map-dot.ts";
import { mapMermaid } from "./map-mermaid.ts";
import type { MapState } from "./map-state.ts";
import { mapSvg } from "./map-svg.ts";
import { stateText } from "./state-words.ts";
import { trafficMap } from "./traffic-map.ts";

/** Ends of names of files, and what is in them. */
export const EXPORTS = {
  csv: "text/csv",
  json: "application/json",
  svg: "image/svg+xml",
  mmd: "text/plain",
  dot: "text/vnd.graphviz",
} as const;
export type MapExport = keyof typeof EXPORTS;

/**
 * What a reader has chosen, as text to take along. `csv` and `json` hold every connection that passes the filters, the
 * others every link between the shown groups: the limits of the page are not theirs.
 */
export function mapExport(data: MapData, state: MapState, format: MapExport): string {
  switch (format) {
    case "csv":
      return mapCsv(mapConnections(data, state));
    case "json":
      return json(data, state);
    case "svg":
      return mapSvg(
        trafficMap(data, unsorted(state)),
        wordsOf(state.view),
        stateText(state, { newest: newestRecord(data.links) }),
      );
    case "mmd":
      return mapMermaid(trafficMap(data, state, Number.POSITIVE_INFINITY));
    case "dot":
      return mapDot(trafficMap(data, state, Number.POSITIVE_INFINITY));
    default:
      return format satisfies never;
  }
}

/** A picture has no order: which links it draws is decided by their weight, whatever a table is sorted by. */
function unsorted({ sort: _, ...state }: MapState): MapState {
  return state;
}

function json(data: MapData, state: MapState): string {
  const { policy, draft } = data;
  const connections = mapConnections(data, state);
  return `${JSON.stringify({ version: 1, kind: "map-connections", policy, draft, connections }, null, 2)}\n`;
}
