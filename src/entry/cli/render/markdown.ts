/** Characters of a foreign text that are shown; the rest is cut. */
const LONGEST = 200;
/** What a code span between single backticks shows as it is, in a table too. */
const HARMLESS = /^[\p{L}\p{N}\p{M} !"#$%&'()*+,\-./:;<=>?@[\]^_{}~·…–—]*$/u;
/** Control, format (direction marks among them), lone surrogates, and blanks that are none or break lines. */
const UNSEEN = /[\p{C}\u2028\u2029\u3164\uffa0\u115f\u1160]/gu;

/**
 * A text that others wrote, such as a name or a message, as inline Markdown that shows exactly it. It is code: GitHub
 * makes no mention, link, reference or formatting of what stands in code. Line breaks become blanks, characters that
 * cannot be seen become `\uFFFD`, and what is longer than 200 characters is cut.
 */
export function quotedMarkdown(text: string): string {
  const line = text
    .replace(/[\r\n\t]+/g, " ")
    .replace(UNSEEN, "\uFFFD")
    .trim();
  if (line === "") return "";
  const all = [...line];
  const shown = all.length > LONGEST ? `${all.slice(0, LONGEST).join("")}…` : line;
  return HARMLESS.test(shown) ? `\`${shown}\`` : `<code>${[...shown].map(entity).join("")}</code>`;
}

/** Backticks, bars and backslashes end a code span or a cell; as entities they are only characters. */
const entity = (char: string): string =>
  /[\p{L}\p{N}\p{M} ]/u.test(char) ? char : `&#${char.codePointAt(0) ?? 0xfffd};`;

/** Rows as a table. Cells are Markdown already; nothing for no rows. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}
