/** A form body as nested values: numbered keys (`Filter.1`, `member.2`) have become arrays. */
export type FormValue = string | readonly FormValue[] | FormStruct;
export interface FormStruct {
  readonly [key: string]: FormValue;
}

/** Whether lists carry a wrapper name (`Filters.Filter.1`, `Tags.member.1`) that means nothing. */
export type ListStyle = "flat" | "wrapped";

interface Node {
  text?: string;
  readonly children: Map<string, Node>;
}

/**
 * Parses `application/x-www-form-urlencoded` as the two query protocols use it. In `wrapped` style (RDS, STS) a
 * structure whose only member is a list is that list.
 */
export function parseForm(body: string, style: ListStyle): FormStruct {
  const root: Node = { children: new Map() };
  for (const [path, text] of new URLSearchParams(body)) insert(root, path.split("."), text);
  const entries = [...root.children].map(([key, node]) => [key, toValue(node, style)] as const);
  return Object.fromEntries(entries);
}

function insert(root: Node, path: readonly string[], text: string): void {
  let node = root;
  for (const key of path) {
    const child = node.children.get(key) ?? { children: new Map() };
    node.children.set(key, child);
    node = child;
  }
  node.text = text;
}

function toValue(node: Node, style: ListStyle): FormValue {
  if (node.children.size === 0) return node.text ?? "";
  const keys = [...node.children.keys()];
  if (keys.every((key) => /^\d+$/.test(key))) return toList(node, style);
  const struct = Object.fromEntries([...node.children].map(([key, child]) => [key, toValue(child, style)]));
  const only = keys.length === 1 ? struct[keys[0] ?? ""] : undefined;
  return style === "wrapped" && Array.isArray(only) ? only : struct;
}

function toList(node: Node, style: ListStyle): readonly FormValue[] {
  const numbered = [...node.children].map(([key, child]) => ({ index: Number(key), child }));
  numbered.sort((a, b) => a.index - b.index);
  return numbered.map(({ child }) => toValue(child, style));
}
