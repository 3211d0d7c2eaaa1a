import type { MapSort } from "../core/map/map-state.ts";
import type { TrafficMap } from "../core/map/traffic-map.ts";

/** What every way of showing the map is given. */
export interface ShapeProps {
  readonly map: TrafficMap;
  readonly selected: string | undefined;
  readonly select: (id: string | undefined) => void;
  readonly toggle: (id: string) => void;
  /** The order of a table or a matrix, and how to ask for another. */
  readonly sort: MapSort | undefined;
  readonly onSort: (sort: MapSort | undefined) => void;
}
