/** Width at which text for people ends. Fixed, so that the same input gives the same bytes on any terminal. */
export const COLUMNS = 80;

/** A last column narrower than this would be a tower of words: it may stick out instead. */
const NARROWEST = 24;

/**
 * Lines up rows in columns, two blanks apart. The last column is not padded; where it would pass the edge it goes on
 * below itself. Colour codes take no width.
 */
export function table(rows: readonly (readonly string[])[], indent = ""): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, width(cell));
    });
  }
  return rows.map((row) => line(row, widths, indent)).join("\n");
}

function line(row: readonly string[], widths: readonly number[], indent: string): string {
  const last = row.at(-1) ?? "";
  const head =
    indent +
    row
      .slice(0, -1)
      .map((cell, i) => `${pad(cell, widths[i] ?? 0)}  `)
      .join("");
  const room = Math.max(NARROWEST, COLUMNS - width(head));
  const [first = "", ...rest] = wrap(last, "", room).split("\n");
  const below = " ".repeat(width(head));
  return [head + first, ...rest.map((text) => below + text)].map((text) => text.trimEnd()).join("\n");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with the escape character
const COLOUR = /\u001b\[[0-9]+m/g;

const width = (text: string): number => text.replace(COLOUR, "").length;
const pad = (text: string, to: number): string => text + " ".repeat(Math.max(0, to - width(text)));

/** Breaks a text at blanks so that no line is longer than `columns`, each line indented. */
export function wrap(text: string, indent: string, columns = COLUMNS): string {
  const lines: string[] = [];
  let current = indent;
  for (const word of text.split(" ")) {
    const separator = current === indent ? "" : " ";
    if (current !== indent && width(current) + 1 + width(word) > columns) {
      lines.push(current);
      current = indent + word;
    } else current += separator + word;
  }
  return [...lines, current.trimEnd()].join("\n");
}
