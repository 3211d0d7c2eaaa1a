import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { Diagnostic, SourceSpan } from "../../../core/diagnostic.ts";

/** Where something stands in the file: keys and list positions from the top. */
export type YamlPath = readonly (string | number)[];

/** A YAML text with the places of all its parts. */
export interface YamlSource {
  readonly file: string;
  /** The content as plain values. */
  readonly content: unknown;
  /** The place of a value, or of the nearest part around it that is there. */
  readonly at: (path: YamlPath) => SourceSpan;
  /** The place of a key of a map. */
  readonly atKey: (path: YamlPath) => SourceSpan;
  /** What makes the text no YAML, or YAML of another kind than was meant. */
  readonly problems: readonly Diagnostic[];
}

/** Reads YAML text. */
export function yamlSource(text: string, file: string): YamlSource {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  restoreTags(document);
  const span = (offset: number): SourceSpan => {
    const { line, col } = counter.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const content = contentOf(document);
  return {
    file,
    content: content.value,
    at: (path) => span(offsetOf(document, path)),
    atKey: (path) => span(keyOffset(document, path) ?? offsetOf(document, path)),
    problems: [
      ...(content.problem === undefined ? [] : [{ ...content.problem, at: span(0) }]),
      ...document.errors.map((e) => syntaxProblem(e.code, e.message, text, e.pos[0], span)),
      ...document.warnings
        .filter((w) => w.code === "TAG_RESOLVE_FAILED")
        .map((w) => unquoted(text.slice(...w.pos), span(w.pos[0]))),
    ],
  };
}

/** The plain values; a text whose aliases would grow without end has none. */
function contentOf(document: Document): { readonly value?: unknown; readonly problem?: Diagnostic } {
  if (document.errors.length > 0) return {};
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    return {
      problem: {
        code: "POLICY_SYNTAX",
        what: String(error instanceof Error ? error.message : error),
        why: "aliases that stand for each other many times over would fill the memory",
        fix: "write the parts out, or use a label group or an IP list",
      },
    };
  }
}

/** `!env=dev` without quotes is read as an empty text with a tag: so that the rest makes sense, it is text again. */
function restoreTags(document: Document): void {
  visit(document, {
    Scalar(_, node) {
      const { tag } = node;
      if (tag === undefined || !/^![^!]/.test(tag)) return;
      node.value = node.value === "" || node.value === null ? tag : `${tag} ${String(node.value)}`;
    },
  });
}

function offsetOf(document: Document, path: YamlPath): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range !== undefined && node.range !== null) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyOffset(document: Document, path: YamlPath): number | undefined {
  const map = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(map)) return undefined;
  const pair = map.items.find(
    (p) => isPair(p) && isScalar(p.key) && String(p.key.value) === String(path.at(-1)),
  );
  return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
}

function syntaxProblem(
  code: string,
  message: string,
  text: string,
  offset: number,
  span: (offset: number) => SourceSpan,
): Diagnostic {
  const at = span(offset);
  if (code === "DUPLICATE_KEY") {
    const key = /^\s*(?:"[^"]*"|'[^']*'|[^:]+)/.exec(text.slice(offset))?.[0]?.trim() ?? "";
    return {
      code: "POLICY_DUPLICATE",
      what: `"${key.replace(/^["']|["']$/g, "")}" is defined twice`,
      why: "a name stands for one thing, and which of the two was meant cannot be told",
      fix: "rename one of them, or put the two together",
      at,
    };
  }
  const line = text.split("\n")[at.line - 1] ?? "";
  return {
    code: "POLICY_SYNTAX",
    what: message.split("\n")[0] ?? "the text is not YAML",
    why: "the file is not YAML from here on",
    fix: line.includes("${tag:")
      ? `put the label in quotes: "\${tag:Name}"`
      : "mend the line: look at indentation, quotes and brackets",
    at,
  };
}

function unquoted(word: string, at: SourceSpan): Diagnostic {
  return {
    code: "POLICY_EXCLAMATION_UNQUOTED",
    what: `${word} stands without quotes`,
    why: 'a word that begins with "!" is a tag in YAML, and its text would be lost',
    fix: `write "${word}" in quotes`,
    at,
  };
}
