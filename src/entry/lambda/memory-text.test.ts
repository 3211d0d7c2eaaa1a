import { describe, expect, it } from "vitest";
import { EMPTY_MEMORY } from "../../app/watch/survey.ts";
import { memoryText } from "./memory-text.ts";

describe("a memory as text", () => {
  it("says when databases were narrowed, or that it is not known", () => {
    const narrowed = new Map([
      ["arn-b", 2],
      ["arn-a", 1],
    ]);
    const text = memoryText.write({ ...EMPTY_MEMORY, narrowed });
    expect(memoryText.read(text).narrowed).toEqual(narrowed);
    expect(text).toBe(memoryText.write({ ...EMPTY_MEMORY, narrowed: new Map([...narrowed].reverse()) }));
    expect(memoryText.read(memoryText.write(EMPTY_MEMORY)).narrowed).toBeUndefined();
    expect(memoryText.read(memoryText.write({ ...EMPTY_MEMORY, narrowed: new Map() })).narrowed).toEqual(
      new Map(),
    );
    expect(memoryText.read("nonsense").narrowed).toBeUndefined();
  });
});
