/** A list whose items are elements of this name. */
export class XmlList {
  readonly itemName: string;
  readonly items: readonly XmlValue[];

  constructor(itemName: string, items: readonly XmlValue[]) {
    this.itemName = itemName;
    this.items = items;
  }
}

/** What an element holds. A bare array gets the protocol's item name; undefined leaves the element out. */
export type XmlValue =
  | string
  | number
  | boolean
  | Date
  | undefined
  | XmlList
  | readonly XmlValue[]
  | XmlStruct;
export interface XmlStruct {
  readonly [element: string]: XmlValue;
}

/** `xmlList("DBInstance", […])` renders `<DBInstance>…</DBInstance>` once an item. */
export const xmlList = (itemName: string, items: readonly XmlValue[]): XmlList =>
  new XmlList(itemName, items);

/** Renders the members of a structure, in order. `itemName` names the items of bare arrays. */
export function renderXml(struct: XmlStruct, itemName: string): string {
  return Object.entries(struct)
    .map(([name, value]) => renderElement(name, value, itemName))
    .join("");
}

/** Escapes text for an XML element or attribute. */
export function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;");
}

function renderElement(name: string, value: XmlValue, itemName: string): string {
  if (value === undefined) return "";
  const content = renderContent(value, itemName);
  return content === "" ? `<${name}/>` : `<${name}>${content}</${name}>`;
}

function renderContent(value: Exclude<XmlValue, undefined>, itemName: string): string {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof XmlList) return renderItems(value.itemName, value.items, itemName);
  if (Array.isArray(value)) return renderItems(itemName, value, itemName);
  if (typeof value === "object") return renderXml(value as XmlStruct, itemName);
  return escapeXml(String(value));
}

function renderItems(name: string, items: readonly XmlValue[], itemName: string): string {
  return items.map((item) => renderElement(name, item, itemName)).join("");
}
