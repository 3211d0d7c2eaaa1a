import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { configSchemaText } from "./config-json-schema.ts";
import { parseConfig } from "./parse-config.ts";
import { diagnosticOf } from "./problem.ts";

function problemOf(text: string): string {
  try {
    parseConfig(text, "moat.yaml");
  } catch (error) {
    const problem = diagnosticOf(error);
    if (problem === undefined) throw error;
    return `${problem.at?.line}:${problem.at?.column} ${problem.what} | ${problem.fix}`;
  }
  return "no problem";
}

describe("moat.yaml", () => {
  it("fills what is not said with what harms least", () => {
    expect(parseConfig("", "moat.yaml")).toMatchObject({ owner: "moat", mode: "observe", shrinkPercent: 30 });
  });

  it("takes exceptions by database", () => {
    const { databases } = parseConfig("databases:\n  orders: { mode: enforce }\n", "moat.yaml");
    expect(databases).toEqual({ orders: { mode: "enforce" } });
  });

  it("takes a history by its place alone, or with an engine", () => {
    expect(parseConfig("history: ./h\n", "moat.yaml").history).toBe("./h");
    const text = "history: { place: s3://b/h, engine: athena, database: moat }\n";
    expect(parseConfig(text, "moat.yaml").history).toEqual({
      place: "s3://b/h",
      engine: "athena",
      database: "moat",
      deadlineSeconds: 300,
    });
  });

  it.each([
    { text: "aws: live\npolcy: x\n", want: '2:1 Unknown key "polcy" | Did you mean "policy"?' },
    { text: "aws: live\nnonsense: 1\n", want: /^2:1 Unknown key "nonsense" \| Known keys: owner, aws/ },
    {
      text: "databases:\n  orders:\n    mod: enforce\n",
      want: '3:5 Unknown key "databases.orders.mod" | Did you mean "mode"?',
    },
    { text: "databases:\n  orders:\n    mode: on\n", want: /^3:11 "databases\.orders\.mode" is not valid/ },
    { text: "databases:\n  orders: {}\n", want: /^2:11 "databases\.orders\.mode" is not valid/ },
    { text: "shrinkPercent: 300\n", want: /^1:16 "shrinkPercent" is not valid/ },
    {
      text: "history:\n  place: s3://b/h\n  engin: athena\n",
      want: '3:3 Unknown key "history.engin" | Did you mean "engine"?',
    },
    { text: "history:\n  place: s3://b/h\n  engine: presto\n", want: /^3:11 "history\.engine" is not valid/ },
    { text: "history:\n  place: ./h\n  engine: athena\n", want: /^2:3 "history" is not valid/ },
    { text: "history:\n  place: s3://b/h\n  engine: athena\n", want: /^2:3 "history" is not valid/ },
    { text: "history: [a]\n", want: /^1:10 "history" is not valid/ },
    { text: "- a list\n", want: /^1:1 The file is not a mapping/ },
    { text: "flows: [a\nmode: observe\n", want: /^\d+:\d+ .+ \| Mend the line$/ },
  ])("says where and what: $text", ({ text, want }) => {
    if (typeof want === "string") expect(problemOf(text)).toBe(want);
    else expect(problemOf(text)).toMatch(want);
  });

  it("has a published schema, which is the one that is checked (node scripts/config-schema.ts)", () => {
    expect(readFileSync("docs/reference/moat.schema.json", "utf8")).toBe(configSchemaText());
  });
});
