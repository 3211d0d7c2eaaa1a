import { EXPORTS, type MapExport } from "../core/map/map-export.ts";
import type { MapSource } from "./map-source.ts";

function save(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

/** Saves what the reader has chosen as a file of this format. */
export async function saveExport(source: MapSource, query: string, format: MapExport): Promise<void> {
  save(`moat-map.${format}`, new Blob([await source.saved(query, format)], { type: EXPORTS[format] }));
}

/** Browsers draw no canvas that is longer or wider. */
const LONGEST = 16_000;

/** Saves the picture as PNG, drawn here, twice as fine as a plain screen where that fits. */
export async function savePng(source: MapSource, query: string): Promise<void> {
  const svg = new Blob([await source.saved(query, "svg")], { type: EXPORTS.svg });
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
