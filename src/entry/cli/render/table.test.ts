import { describe, expect, it } from "vitest";
import { table, wrap } from "./table.ts";

describe("a table", () => {
  it("lines up its columns, and pads no last one", () => {
    expect(
      table(
        [
          ["a", "bb"],
          ["ccc", "d"],
        ],
        " ",
      ),
    ).toBe(" a    bb\n ccc  d");
  });

  it("gives colour codes no width", () => {
    expect(
      table([
        ["\u001b[1ma\u001b[22m", "x"],
        ["bb", "y"],
      ]),
    ).toBe("\u001b[1ma\u001b[22m   x\nbb  y");
  });

  it("goes on below the last column where that would pass the edge", () => {
    const words = "word ".repeat(20).trim();
    const lines = table([["key", words]]).split("\n");
    expect(lines.length).toBe(2);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines[1]).toMatch(/^ {5}word/);
  });

  it("never breaks a word, however long", () => {
    const long = "x".repeat(100);
    expect(wrap(`a ${long} b`, "")).toBe(`a\n${long}\nb`);
  });

  it("keeps the indent of what it breaks", () => {
    expect(wrap("one two", "    ", 8)).toBe("    one\n    two");
  });
});
