import fc from "fast-check";
import { expect, it } from "vitest";
import { markdownTable, quotedMarkdown } from "./markdown.ts";

it.each([
  ["orders", "`orders`"],
  ["10.20.1.99", "`10.20.1.99`"],
  ["", ""],
  ["  ", ""],
  ["**bold** _it_ <img src=x onerror=1> @team #1", "`**bold** _it_ <img src=x onerror=1> @team #1`"],
  ["a|b", "<code>a&#124;b</code>"],
  ["`rm`", "<code>&#96;rm&#96;</code>"],
  ["a\\", "<code>a&#92;</code>"],
  ["</code><script>`", "<code>&#60;&#47;code&#62;&#60;script&#62;&#96;</code>"],
  ["@team `x`", "<code>&#64;team &#96;x&#96;</code>"],
  ["one\n\n## two", "`one ## two`"],
  ["a\u202egpj", "<code>a&#65533;gpj</code>"],
  ["naïve 数据", "`naïve 数据`"],
])("%j is shown as %s", (text, want) => {
  expect(quotedMarkdown(text)).toBe(want);
});

it("cuts what is too long, between characters", () => {
  expect(quotedMarkdown("数".repeat(500))).toBe(`\`${"数".repeat(200)}…\``);
});

it("never lets a text out of its code, its line or its cell", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (text) => {
      const shown = quotedMarkdown(text);
      const inner = /^(?:`([^`|\\\n\r]*)`|<code>([^`|\\\n\r<>]*)<\/code>|)$/.exec(shown);
      expect(inner).not.toBeNull();
    }),
  );
});

it("makes no table of no rows", () => {
  expect(markdownTable(["a"], [])).toEqual([]);
  expect(markdownTable(["a", "b"], [["1", "2"]])).toEqual(["| a | b |", "| --- | --- |", "| 1 | 2 |"]);
});
