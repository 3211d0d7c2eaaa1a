import type { TrafficMap } from "../core/map/traffic-map.ts";

/** What every way of showing the map is given. */
export interface ShapeProps {
  readonly map: TrafficMap;
  readonly selected: string | undefined;
  readonly select: (id: string | undefined) => void;
  readonly toggle: (id: string) => void;
}
