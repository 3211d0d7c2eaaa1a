import type { MapData } from "../core/map/map-data.ts";
import { EXPORTS, type MapExport, mapExport } from "../core/map/map-export.ts";
import type { MapState } from "../core/map/map-state.ts";

function save(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Saves what the reader has chosen as a file of this format. */
export const saveExport = (data: MapData, state: MapState, format: MapExport): void =>
  save(`moat-map.${format}`, new Blob([mapExport(data, state, format)], { type: EXPORTS[format] }));

/** Browsers draw no canvas that is longer or wider. */
const LONGEST = 16_000;

/** Saves the picture as PNG, drawn here, twice as fine as a plain screen where that fits. */
export async function savePng(data: MapData, state: MapState): Promise<void> {
  const svg = new Blob([mapExport(data, state, "svg")], { type: EXPORTS.svg });
  const url = URL.createObjectURL(svg);
  try {
    const picture = new Image();
    picture.src = url;
    await picture.decode();
    const scale = Math.min(2, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (png !== null) save("moat-map.png", png);
  } finally {
    URL.revokeObjectURL(url);
  }
}
