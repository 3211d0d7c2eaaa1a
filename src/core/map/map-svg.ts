import { layoutMap, type PlacedLink, type PlacedNode } from "./layout-map.ts";
import { happenedText, linkSentence, nodeNote, saying } from "./map-words.ts";
import { DASHES, paperColour, SIGN_SHAPES } from "./sign-shapes.ts";
import type { MapLink, TrafficMap } from "./traffic-map.ts";

const MARGIN = 24;
/** Pixels that a letter of 13 pixels takes on average, on the wide side. */
const LETTER = 7.4;
const SMALL_LETTER = 6.2;

const dashes = (happened: MapLink["happened"]): string =>
  happened === "ACCEPT" ? "" : ` stroke-dasharray="${DASHES[happened]}"`;

/** Height of the legend below the picture. */
const LEGEND = 84;

/**
 * The picture as an SVG document of its own, with a legend.
 *
 * @param words what the links may say, which the legend explains
 * @param caption what is shown, in a sentence
 */
export function mapSvg(map: TrafficMap, words: readonly string[], caption: string): string {
  const { width, height, nodes, links } = layoutMap(map);
  const titles = new Map(nodes.map(({ node }) => [node.id, node.title]));
  const titleOf = (id: string): string => titles.get(id) ?? id;
  const [w, h] = [width + 2 * MARGIN, height + LEGEND + 2 * MARGIN];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="${-MARGIN} ${-MARGIN} ${w} ${h}" font-family="system-ui, sans-serif" font-size="13" fill="#1d2939">
<title>Who talks to which database</title>
<rect x="${-MARGIN}" y="${-MARGIN}" width="${w}" height="${h}" fill="#f6f7f9"/>
${[...links.map((link) => drawnLink(link, titleOf)), ...nodes.map(drawnNode), drawnLegend(words, caption, height + 34)].join("\n")}
</svg>
`;
}

/** Signs and lines with their names, and below them the caption. */
function drawnLegend(words: readonly string[], caption: string, y: number): string {
  const signs = words.map((word) => ({ name: saying(word).name, mark: drawnSign(word) }));
  const lines = (["ACCEPT", "REJECT", "never"] as const).map((happened) => ({
    name: happenedText(happened),
    mark: `<path d="M-8 0H24" stroke="#566072" stroke-width="2"${dashes(happened)}/>`,
  }));
  const row = (
    entries: readonly { readonly name: string; readonly mark: string }[],
    top: number,
    gap: number,
  ) => {
    let x = 8;
    return entries.map(({ name, mark }) => {
      const drawn = `<g transform="translate(${x} ${top})">${mark}<text x="${gap}" y="4.5">${xml(name)}</text></g>`;
      x += Math.ceil(gap + name.length * LETTER + 28);
      return drawn;
    });
  };
  const text = `<text x="0" y="${y + 54}" fill="#566072" font-size="11">${xml(caption)}</text>`;
  return [...row(signs, y, 14), ...row(lines, y + 25, 34), text].join("\n");
}

function drawnLink({ link, path, width, sign }: PlacedLink, titleOf: (id: string) => string): string {
  const colour = paperColour(link.says);
  return `<g><title>${xml(linkSentence(link, titleOf))}</title><path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-opacity="0.55"${dashes(link.happened)}/><g transform="translate(${sign.x} ${sign.y})">${drawnSign(link.says)}</g></g>`;
}

function drawnSign(word: string): string {
  const colour = paperColour(word);
  const { path, hollow } = SIGN_SHAPES[saying(word).sign];
  const paint = hollow ? `fill="#fff" stroke="${colour}" stroke-width="2.5"` : `fill="${colour}"`;
  return `<path d="${path}" ${paint}/>`;
}

function drawnNode({ node, x, y, width, height }: PlacedNode): string {
  const middle = y + height / 2;
  const base = node.open ? middle + 4 : middle - 3;
  const title = `<text x="${x + 14}" y="${base}" font-weight="600">${xml(cut(node.title, (width - 24) / LETTER))}</text>`;
  const note = node.open
    ? ""
    : `<text x="${x + 14}" y="${middle + 13}" fill="#566072" font-size="11">${xml(cut(nodeNote(node), (width - 24) / SMALL_LETTER))}</text>`;
  return `<g><title>${xml(node.title)}</title><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="6" fill="#fff" stroke="#d0d5dd"/>${title}${note}</g>`;
}

/** SVG breaks no lines and cuts none. */
function cut(text: string, most: number): string {
  const letters = [...text];
  return letters.length <= most ? text : `${letters.slice(0, Math.max(1, Math.floor(most) - 1)).join("")}…`;
}

/** XML has no way to write control characters or halves of a surrogate pair: https://www.w3.org/TR/xml/#charsets */
function xml(text: string): string {
  const printable = [...text.toWellFormed()].filter((letter) => letter >= " " || letter === "\t").join("");
  return printable
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
