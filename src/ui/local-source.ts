import { databaseDetails } from "../core/map/database-details.ts";
import type { MapData } from "../core/map/map-data.ts";
import { mapExport } from "../core/map/map-export.ts";
import { mapPageOf } from "../core/map/map-page.ts";
import { firstState, stateFromFragment } from "../core/map/map-state.ts";
import { workAhead } from "../core/map/work-ahead.ts";
import { keeping, type MapSource } from "./map-source.ts";

/** Milliseconds left to the page between two pieces of work. */
const PAUSE = 30;

/** A source for a saved page, which carries its data: the page does the adding up itself, and works ahead. */
export function localSource(data: MapData): MapSource {
  workAhead(data, (piece) => setTimeout(piece, PAUSE));
  return keeping({
    view: (query) => mapPageOf(data, query),
    database: (arn) => databaseDetails(data, arn),
    saved: (query, format) => mapExport(data, stateFromFragment(query, firstState(data)), format),
  });
}
