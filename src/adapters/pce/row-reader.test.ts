import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowReader } from "./row-reader.ts";

function read(text: string, chunk: number): unknown {
  const bytes = Buffer.from(text);
  const reader = rowReader((row) => row);
  for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.subarray(at, at + chunk));
  return reader.end();
}

const rows = (count: number, more: object = {}): object[] =>
  Array.from({ length: count }, (_, at) => ({
    href: `/orgs/1/workloads/${at}`,
    name: `ü"},{"href":"/orgs/1/workloads/${"x".repeat(at % 90)}`,
    labels: [{ href: "/orgs/1/labels/1" }, { href: "/orgs/1/labels/2" }],
    ...more,
  }));

describe("rowReader", () => {
  it("gives what JSON.parse gives, whatever the chunks", () => {
    const all = rows(12_000);
    for (const chunk of [1_000, 65_536, 10_000_000]) expect(read(JSON.stringify(all), chunk)).toEqual(all);
  });

  it("reads members whose parts begin as they do", () => {
    const own = { href: "/orgs/1/workloads/7", text: "y".repeat(300) };
    const all = Array.from({ length: 3_000 }, () => ({
      ...own,
      parts: [own, own, { ...own, parts: [own, own] }],
    }));
    expect(read(JSON.stringify(all), 65_536)).toEqual(all);
  });

  it("reads members that begin in other ways, and blanks between them", () => {
    const mixed = rows(9_000).map((row, at) => (at < 4_000 ? row : { z: at, ...row }));
    expect(read(JSON.stringify(mixed), 65_536)).toEqual(mixed);
    expect(read(JSON.stringify(mixed, undefined, 1), 65_536)).toEqual(mixed);
  });

  it("gives small answers and values that are no array", () => {
    fc.assert(
      fc.property(fc.json(), fc.integer({ min: 1, max: 9 }), (json, chunk) => {
        expect(read(json, chunk)).toEqual(JSON.parse(json));
      }),
    );
  });

  it.each([
    "",
    "[",
    `${JSON.stringify(rows(9_000))}]`,
    JSON.stringify(rows(9_000)).slice(0, -1),
    `[{"a":1},]`,
  ])("refuses what is no JSON (%#)", (text) => {
    expect(() => read(text, 65_536)).toThrow(SyntaxError);
  });

  it("refuses an array that was cut off at the border of two members", () => {
    const text = JSON.stringify(rows(9_000));
    const border = text.lastIndexOf('},{"href":"/orgs/1/workloads/89');
    expect(() => read(text.slice(0, border + 2), 65_536)).toThrow(SyntaxError);
  });
});
