import { describe, expect, it } from "vitest";
import type { LabelQuery } from "../policy/source/consumer-source.ts";
import type { Suggestion } from "./model.ts";
import {
  choiceCommand,
  choiceDocument,
  choiceFromFragment,
  choiceToFragment,
  EVERYTHING,
  type ReviewChoice,
} from "./review-choice.ts";

const suggestion = (id: string, consumers: LabelQuery): Suggestion => ({
  id,
  databases: ["orders"],
  providers: { role: ["database"] },
  consumers,
  evidence: { workloads: 2, names: [], conversations: 2, records: 9, coverage: 1 },
  neverSeen: { pairs: 0, sameLabels: 0, examples: [] },
  groups: ["web", "batch"].map((role) => ({
    labels: { role: [role] },
    workloads: 1,
    seen: 1,
    conversations: 1,
    records: 4,
    neverSeenPairs: 0,
  })),
});
const ALL = [suggestion("aa", { role: ["batch", "web"] }), suggestion("bb", { role: ["web"] })];
const choice = (
  out: readonly string[],
  narrowed: readonly (readonly [string, LabelQuery])[],
): ReviewChoice => ({
  out: new Set(out),
  narrowed: new Map(narrowed),
});

describe("the choice on the review page", () => {
  it.each([
    { name: "all", of: EVERYTHING },
    { name: "one left out", of: choice(["bb"], []) },
    { name: "one narrower", of: choice([], [["aa", { role: ["web"] }]]) },
    { name: "both", of: choice(["bb"], [["aa", { role: ["batch"] }]]) },
  ])("comes back from the address: $name", ({ of }) => {
    expect(choiceFromFragment(`#${choiceToFragment(of)}`, ALL)).toEqual(of);
  });

  it.each([
    { name: "no JSON", fragment: "%7Bout" },
    { name: "no percent code", fragment: "%" },
    { name: "another shape", fragment: encodeURIComponent('{"out":7,"narrowed":{"aa":[]}}') },
    { name: "null", fragment: "null" },
    { name: "an id of yesterday", fragment: choiceToFragment(choice(["cc"], [["cc", { role: ["web"] }]])) },
    { name: "wider", fragment: choiceToFragment(choice([], [["bb", { role: ["web", "admin"] }]])) },
    { name: "without a key", fragment: choiceToFragment(choice([], [["bb", { app: ["orders"] }]])) },
    { name: "nobody", fragment: choiceToFragment(choice([], [["bb", { role: [] }]])) },
    { name: "no texts", fragment: encodeURIComponent('{"narrowed":[["bb",{"role":"web"}]]}') },
  ])("takes nothing from an address with $name", ({ fragment }) => {
    expect(choiceFromFragment(fragment, ALL)).toEqual(EVERYTHING);
  });

  it("is saved with the consumers as they were edited, without those left out", () => {
    expect(choiceDocument(ALL, choice(["bb"], [["aa", { role: ["web"] }]]))).toEqual({
      version: 1,
      kind: "suggestionChoice",
      rules: [{ id: "aa", consumers: { role: ["web"] } }],
    });
  });

  it.each([
    { name: "all", of: EVERYTHING, to: "write" as const, want: "moat suggest --write", file: false },
    {
      name: "some",
      of: choice(["bb"], []),
      to: "draft" as const,
      want: "moat suggest --only aa --draft",
      file: false,
    },
    {
      name: "some, nowhere to",
      of: choice(["bb"], []),
      to: undefined,
      want: "moat suggest --only aa",
      file: false,
    },
    {
      name: "an edited one",
      of: choice([], [["aa", { role: ["web"] }]]),
      to: "write" as const,
      want: "moat suggest --choice suggestion-choice.json --write",
      file: true,
    },
    {
      name: "an edited one that is left out",
      of: choice(["aa"], [["aa", { role: ["web"] }]]),
      to: "write" as const,
      want: "moat suggest --only bb --write",
      file: false,
    },
  ])("is taken up by a command: $name", ({ of, to, want, file }) => {
    expect(choiceCommand("moat suggest", to, ALL, of)).toEqual({ text: want, needsFile: file });
  });

  it("is saved as a file where its ids would fill the command line", () => {
    const many = Array.from({ length: 14 }, (_, at) => suggestion(`r${at}`, { role: ["web"] }));
    expect(choiceCommand("moat suggest", "write", many, choice(["r0"], [])).needsFile).toBe(true);
  });
});
