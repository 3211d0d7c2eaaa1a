import { describe, expect, it } from "vitest";
import { renderXml, type XmlStruct, xmlList } from "./xml.ts";

describe("renderXml", () => {
  it.each<{ readonly struct: XmlStruct; readonly want: string }>([
    { struct: { a: "x", b: 1, c: true }, want: "<a>x</a><b>1</b><c>true</c>" },
    { struct: { a: undefined, b: "" }, want: "<b/>" },
    { struct: { set: ["x", { y: 1 }] }, want: "<set><item>x</item><item><y>1</y></item></set>" },
    { struct: { set: [] }, want: "<set/>" },
    { struct: { Dbs: xmlList("Db", [{ a: ["x"] }]) }, want: "<Dbs><Db><a><item>x</item></a></Db></Dbs>" },
    { struct: { t: new Date(0) }, want: "<t>1970-01-01T00:00:00.000Z</t>" },
    { struct: { a: `<&>"'\r` }, want: "<a>&lt;&amp;&gt;&quot;'&#13;</a>" },
  ])("$want", ({ struct, want }) => {
    expect(renderXml(struct, "item")).toBe(want);
  });
});
