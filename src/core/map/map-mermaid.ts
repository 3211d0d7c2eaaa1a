import type { MapNode } from "./map-node.ts";
import { countText, happenedText, nodeNote, saying } from "./map-words.ts";
import { paperColour } from "./sign-shapes.ts";
import type { MapLink, TrafficMap } from "./traffic-map.ts";

/** Mermaid draws no more unless its page says so: https://mermaid.js.org/config/schema-docs/config.html#maxedges */
const MERMAID_EDGES = 500;

const ARROWS: Readonly<Record<MapLink["happened"], string>> = {
  ACCEPT: "-->",
  both: "-->",
  REJECT: "--x",
  never: "-.->",
};

/** The map as a Mermaid flowchart, for a page or pull request that renders one. */
export function mapMermaid(map: TrafficMap): string {
  const names = new Map<string, string>();
  const nodes = (rows: readonly MapNode[], letter: string): readonly string[] =>
    rows
      .filter((node) => !node.open)
      .map((node, at) => {
        names.set(node.id, `${letter}${at}`);
        return `    ${letter}${at}["${quoted(node.title)}<br/>${quoted(nodeNote(node))}"]`;
      });
  const lines = [
    "flowchart LR",
    '  subgraph consumers["Consumers"]',
    ...nodes(map.consumers, "c"),
    "  end",
    '  subgraph databases["Databases"]',
    ...nodes(map.databases, "d"),
    "  end",
    ...map.links.map((link) => edge(link, names)),
    ...styles(map.links),
  ];
  if (map.links.length > MERMAID_EDGES) {
    lines.unshift(
      `%% ${countText(map.links.length, "link")}: set maxEdges, Mermaid draws ${MERMAID_EDGES} unless told otherwise`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function edge(link: MapLink, names: ReadonlyMap<string, string>): string {
  const words = `${saying(link.says).name}, ${happenedText(link.happened)}, ${countText(link.pairs, "connection")}`;
  return `  ${names.get(link.consumer)} ${ARROWS[link.happened]}|"${words}"| ${names.get(link.database)}`;
}

/** Mermaid paints links by their position. */
function styles(links: readonly MapLink[]): readonly string[] {
  const byColour = Map.groupBy(links.keys(), (at) => paperColour(links[at]?.says ?? ""));
  return [...byColour].map(([colour, at]) => `  linkStyle ${at.join(",")} stroke:${colour}`);
}

/** Mermaid's own escapes: https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters */
const quoted = (text: string): string =>
  text.replace(/[#"<>&`\\[\]{}|]/g, (sign) => `#${sign.codePointAt(0)};`).replace(/\s+/g, " ");
