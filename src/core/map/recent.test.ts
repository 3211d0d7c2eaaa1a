import { expect, it } from "vitest";
import { recent } from "./recent.ts";

it("keeps what was asked for last, and makes the rest again", () => {
  const kept = recent<string>(2);
  const made: string[] = [];
  const ask = (name: string): string =>
    kept.of(name, () => {
      made.push(name);
      return `value of ${name}`;
    });
  for (const name of ["a", "b", "a", "c", "a", "b"]) expect(ask(name)).toBe(`value of ${name}`);
  expect(made).toEqual(["a", "b", "c", "b"]);
});
