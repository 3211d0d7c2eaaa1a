// Other control characters in a text are not JSON either, but nobody types them.
const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\n\r\t]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|((?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])))/y;

type Expected = "value" | "valueOrEnd" | "key" | "keyOrEnd" | "colon" | "next" | "end";

/**
 * Where a text stops being JSON: the offset of the first token that cannot stand there, or the length of a text that
 * ends too early. The engine's own message has a place for some errors only.
 */
export function jsonErrorOffset(text: string): number {
  const open: string[] = [];
  let expected: Expected = "value";
  let offset = 0;
  while (offset < text.length) {
    TOKEN.lastIndex = offset;
    const token = TOKEN.exec(text);
    if (token === null) break;
    const end: number = TOKEN.lastIndex;
    const after = step(expected, token[1] ?? (token[2] === undefined ? "literal" : "text"), open);
    if (after === undefined) return end - token[0].trimStart().length;
    expected = after;
    offset = end;
  }
  return offset + (/^[ \t\r\n]*/.exec(text.slice(offset))?.[0].length ?? 0);
}

const VALUE = ["{", "[", "text", "literal"];
const ACCEPTS: Record<Expected, readonly string[]> = {
  value: VALUE,
  valueOrEnd: VALUE,
  key: ["text"],
  keyOrEnd: ["text"],
  colon: [":"],
  next: [","],
  end: [],
};

/** What may follow the token; `undefined` when it may not stand there. Keeps `open`, the brackets to close. */
function step(expected: Expected, token: string, open: string[]): Expected | undefined {
  if (token === "}" || token === "]") return closeBracket(expected, token, open);
  if (!ACCEPTS[expected].includes(token)) return undefined;
  if (expected === "colon") return "value";
  if (expected === "next") return open.at(-1) === "{" ? "key" : "value";
  return expected === "key" || expected === "keyOrEnd" ? "colon" : openValue(token, open);
}

function openValue(token: string, open: string[]): Expected {
  if (token !== "{" && token !== "[") return open.length === 0 ? "end" : "next";
  open.push(token);
  return token === "{" ? "keyOrEnd" : "valueOrEnd";
}

function closeBracket(expected: Expected, token: string, open: string[]): Expected | undefined {
  const isObject = token === "}";
  if (open.at(-1) !== (isObject ? "{" : "[")) return undefined;
  if (expected !== "next" && expected !== (isObject ? "keyOrEnd" : "valueOrEnd")) return undefined;
  open.pop();
  return open.length === 0 ? "end" : "next";
}
