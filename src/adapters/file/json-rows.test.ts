import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonRows } from "./json-rows.ts";

const rows = (text: string): unknown[] | undefined => {
  const found = jsonRows(new TextEncoder().encode(text));
  return found === undefined ? undefined : [...found];
};

/** What `JSON.parse` makes of it: the members, nothing for what is no array, or a complaint. */
function parsed(text: string): unknown[] | undefined {
  const json: unknown = JSON.parse(text);
  return Array.isArray(json) ? json : undefined;
}

describe("members of a JSON array", () => {
  it.each([
    "[]",
    " [ ] \n",
    "[1]",
    '[{"a":"]},\\"["},[1,[2]],null,"é\\u2028"]',
    '\n[\n{"a":1},\n{"b":[{}]}\n]\n',
  ])("are those that JSON.parse finds in %j", (text) => {
    expect(rows(text)).toEqual(parsed(text));
    expect(rows(`\uFEFF${text}`)).toEqual(parsed(text));
  });

  it.each(["[1,]", "[,1]", "[1", '["a]', "[1]]", "[1] x", "[}", "[{]", "[1 2]", "[\u0001]", "[,]"])(
    "are not made up of %j",
    (text) => {
      expect(() => rows(text)).toThrow(SyntaxError);
    },
  );

  it.each(["", "{}", '"[]"', "null", "12"])("are not looked for in %j", (text) => {
    expect(rows(text)).toBeUndefined();
  });

  it("are the same for every array, however long", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.nat(3), (list, indent) => {
        expect(rows(JSON.stringify(list, null, indent))).toEqual(parsed(JSON.stringify(list)));
      }),
    );
    const many = Array.from({ length: 9_000 }, (_, n) => ({ n, text: `"${"x,]}".repeat(20)}"` }));
    expect(rows(JSON.stringify(many))).toEqual(many);
  });

  it("fail for broken text exactly when JSON.parse does", () => {
    const letters = fc.constantFrom(...'[]{},:"\\1an ');
    fc.assert(
      fc.property(fc.array(letters, { maxLength: 12 }), (noise) => {
        const text = `[${noise.join("")}`;
        let want: unknown;
        try {
          want = parsed(text);
        } catch {
          expect(() => rows(text)).toThrow();
          return;
        }
        expect(rows(text)).toEqual(want);
      }),
      { numRuns: 5_000 },
    );
  });
});
