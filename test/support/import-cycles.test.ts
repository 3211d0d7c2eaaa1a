import { expect, it } from "vitest";
import { importCycles } from "./import-cycles.ts";

const file = (path: string, ...targets: string[]) => ({
  path,
  text: "",
  lines: 1,
  isTest: false,
  imports: targets.map((target) => ({
    target: target.replace("type ", ""),
    line: 1,
    isTypeOnly: target.startsWith("type "),
  })),
  unreadable: [],
});

it.each([
  { name: "a line", files: [file("a", "b"), file("b", "c"), file("c")], want: [] },
  { name: "a diamond", files: [file("a", "b", "c"), file("b", "d"), file("c", "d"), file("d")], want: [] },
  { name: "a pair", files: [file("a", "b"), file("b", "a")], want: ["a → b → a"] },
  { name: "itself", files: [file("a", "a")], want: ["a → a"] },
  {
    name: "a ring behind a door",
    files: [file("a", "b"), file("b", "c"), file("c", "b")],
    want: ["b → c → b"],
  },
  { name: "a pair held by a type", files: [file("a", "b"), file("b", "type a")], want: ["a → b → a"] },
])("finds $want in $name", ({ files, want }) => {
  expect(importCycles(files)).toEqual(want);
});
