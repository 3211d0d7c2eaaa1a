import fc from "fast-check";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";
import { describe, expect, it } from "vitest";
import { inflateSnappy } from "./inflate-snappy.ts";

/** A tag of a literal whose length stands in four bytes. */
const LONG_LITERAL = 63 << 2;

describe("inflateSnappy", () => {
  it.each([
    { name: "nothing", input: [0], want: "" },
    { name: "a literal", input: [3, 2 << 2, 97, 98, 99], want: "abc" },
    { name: "a literal that says its length in a byte", input: [2, 60 << 2, 1, 97, 98], want: "ab" },
    { name: "a copy that overlaps itself", input: [9, 0, 97, 1 | (4 << 2), 1], want: "aaaaaaaaa" },
    { name: "a copy by two bytes", input: [4, 1 << 2, 97, 98, 2 | (1 << 2), 2, 0], want: "abab" },
    { name: "a copy by four bytes", input: [4, 1 << 2, 97, 98, 3 | (1 << 2), 2, 0, 0, 0], want: "abab" },
  ])("reads $name", ({ input, want }) => {
    expect(Buffer.from(inflateSnappy(Uint8Array.from(input), want.length)).toString()).toBe(want);
  });

  it.each([
    { name: "no length", input: [] },
    { name: "a length without an end", input: [255, 255, 255, 255, 255, 1] },
    { name: "a literal of a negative length", input: [4, LONG_LITERAL, 250, 255, 255, 255, 97] },
    { name: "a literal that is cut short", input: [4, 3 << 2, 97] },
    { name: "more than was promised", input: [4, 4 << 2, 97, 97, 97, 97, 97] },
    { name: "less than was promised", input: [4, 0, 97] },
    { name: "a copy from before the beginning", input: [4, 0, 97, 2 | (2 << 2), 2, 0] },
    { name: "a copy from nowhere", input: [4, 0, 97, 2 | (2 << 2), 0, 0] },
    { name: "a copy that is cut short", input: [4, 0, 97, 3, 1] },
  ])("refuses $name", ({ input }) => {
    expect(() => inflateSnappy(Uint8Array.from(input), 4)).toThrow(RangeError);
  });

  it("gives back what a writer of others packed, and ends whatever byte is changed", () => {
    const text = fc.array(fc.constantFrom("10.0.1.10 ", "ACCEPT ", "x", "2026"), { maxLength: 60 });
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(255), (words, place, byte) => {
        const bytes = new TextEncoder().encode(words.join(""));
        const packed = new Uint8Array(snappyCompress(bytes));
        expect([...inflateSnappy(packed, bytes.length)]).toEqual([...bytes]);
        packed[place % packed.length] = byte;
        try {
          expect(inflateSnappy(packed, bytes.length)).toHaveLength(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
