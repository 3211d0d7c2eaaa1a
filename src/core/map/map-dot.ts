import type { MapNode } from "./map-node.ts";
import { countText, happenedText, nodeNote, saying } from "./map-words.ts";
import { paperColour } from "./sign-shapes.ts";
import type { MapLink, TrafficMap } from "./traffic-map.ts";

const STYLES: Readonly<Record<MapLink["happened"], string>> = {
  ACCEPT: "solid",
  both: "solid",
  REJECT: "dotted",
  never: "dashed",
};

/** The map in the DOT language of Graphviz. */
export function mapDot(map: TrafficMap): string {
  const cluster = (name: string, title: string, rows: readonly MapNode[]): readonly string[] => [
    `  subgraph cluster_${name} {`,
    `    label=${quoted(title)}`,
    ...rows
      .filter((node) => !node.open)
      .map((node) => `    ${quoted(node.id)} [label=${quoted(`${node.title}\n${nodeNote(node)}`)}]`),
    "  }",
  ];
  return `${[
    "digraph moat {",
    "  rankdir=LR",
    '  node [shape=box, style=rounded, fontname="sans-serif"]',
    ...cluster("consumers", "Consumers", map.consumers),
    ...cluster("databases", "Databases", map.databases),
    ...map.links.map(edge),
    "}",
  ].join("\n")}\n`;
}

function edge(link: MapLink): string {
  const words = `${saying(link.says).name}, ${happenedText(link.happened)}, ${countText(link.pairs, "connection")}`;
  return `  ${quoted(link.consumer)} -> ${quoted(link.database)} [label=${quoted(words)}, color="${paperColour(link.says)}", style=${STYLES[link.happened]}]`;
}

/** A backslash begins an escape such as \N, the name of the node: https://graphviz.org/docs/attr-types/escString/ */
const quoted = (text: string): string =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
