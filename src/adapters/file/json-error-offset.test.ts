import fc from "fast-check";
import { expect, it } from "vitest";
import { jsonErrorOffset } from "./json-error-offset.ts";

it.each([
  { text: '{"DBInstances": [}', at: 17 },
  { text: '{\n "DBInstances": [', at: 19 },
  { text: '{"a":1 "b":2}', at: 7 },
  { text: '{"a":1,}', at: 7 },
  { text: "[1,,2]", at: 3 },
  { text: "[tru]", at: 1 },
  { text: '{"a": 01}', at: 6 },
  { text: '{"a": "x', at: 6 },
  { text: "{} {}", at: 3 },
  { text: "", at: 0 },
  { text: "<html>", at: 0 },
])("$text breaks at $at", ({ text, at }) => {
  expect(() => JSON.parse(text)).toThrow();
  expect(jsonErrorOffset(text)).toBe(at);
});

it("finds no error before the end of valid JSON", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(undefined, 2), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), undefined, indent);
      expect(jsonErrorOffset(text)).toBe(text.length);
    }),
  );
});
