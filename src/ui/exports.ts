import { mapCsv } from "../core/map/map-csv.ts";
import { mapSvg } from "../core/map/map-svg.ts";
import type { TrafficMap } from "../core/map/traffic-map.ts";

function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Saves the links that are shown as CSV. */
export const exportCsv = (map: TrafficMap): void => save("moat-map.csv", "text/csv", mapCsv(map));

/** Saves the picture. */
export const exportSvg = (map: TrafficMap): void => save("moat-map.svg", "image/svg+xml", mapSvg(map));

/** Saves what is shown as data. */
export const exportJson = (map: TrafficMap): void =>
  save("moat-map.json", "application/json", JSON.stringify(map, null, 2));
