import { layoutMap } from "./layout-map.ts";
import { nodeNote, saying } from "./map-words.ts";
import type { TrafficMap } from "./traffic-map.ts";

const COLOURS: Readonly<Record<string, string>> = {
  allowed: "#1f7a68",
  unchanged: "#1f7a68",
  potentially_blocked: "#b06a00",
  blocked: "#b3352b",
  loses: "#b3352b",
  gains: "#2b62b8",
};
const OTHER = "#667085";
const MARGIN = 24;

/** The picture as an SVG document of its own. */
export function mapSvg(map: TrafficMap): string {
  const { width, height, nodes, links } = layoutMap(map);
  const lines = links.map(({ link, path, width: stroke, sign }) => {
    const colour = COLOURS[link.says] ?? OTHER;
    const dashes = {
      never: ' stroke-dasharray="2 6"',
      REJECT: ' stroke-dasharray="8 5"',
      ACCEPT: "",
      both: "",
    };
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${stroke}" stroke-opacity="0.55"${dashes[link.happened]}/><circle cx="${sign.x}" cy="${sign.y}" r="4" fill="${colour}"><title>${xml(saying(link.says).name)}</title></circle>`;
  });
  const boxes = nodes.map(({ node, x, y, width: w, height: h }) => {
    const middle = y + h / 2;
    const text = `<text x="${x + 14}" y="${middle - 3}" font-weight="600">${xml(node.title)}</text>`;
    const note = node.open
      ? ""
      : `<text x="${x + 14}" y="${middle + 13}" fill="#667085" font-size="11">${xml(nodeNote(node))}</text>`;
    return `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="6" fill="#fff" stroke="#d0d5dd"/>${text}${note}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-MARGIN} ${-MARGIN} ${width + 2 * MARGIN} ${height + 2 * MARGIN}" font-family="system-ui, sans-serif" font-size="13" fill="#1d2939">
${[...lines, ...boxes].join("\n")}
</svg>
`;
}

const xml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
