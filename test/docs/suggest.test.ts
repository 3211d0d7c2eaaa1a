import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "../../scripts/run.ts";
import { writeSampleFlowLogs } from "../support/sample-flow-logs.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const GUIDE = readFileSync(join(ROOT, "docs", "guides", "suggest.md"), "utf8");

/** Columns are padded and lines wrapped: only the words count. */
const words = (text: string): string => text.replace(/\s+/g, " ").trim();

const blocks = (language: string): readonly string[] =>
  [...GUIDE.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\``, "gm"))].map(
    ([, body = ""]) => body,
  );

describe("the guide from traffic to rules", () => {
  const folder = mkdtempSync(join(tmpdir(), "moat-suggest-guide-"));
  const shell = (command: string) =>
    run("sh", ["-c", `cd '${folder}' && ${command}`], {
      env: {
        PATH: `${join(ROOT, "bin")}${delimiter}${process.env.PATH ?? ""}`,
        HOME: folder,
        NO_COLOR: "1",
        MOAT_AWS: "sandbox",
      },
    });
  beforeAll(() => {
    writeSampleFlowLogs(join(folder, "flow-logs"));
    copyFileSync(join(ROOT, "examples", "orders", "policy.yaml"), join(folder, "policy.yaml"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("shows what the sample company is told", async () => {
    const [console = ""] = blocks("console");
    const [first = "", ...shown] = console.trimEnd().split("\n");
    const { code, output } = await shell(first.replace(/^\$ /, ""));
    expect(code, output).toBe(0);
    for (const line of shown.filter((each) => each !== "…")) expect(words(output)).toContain(words(line));
  });

  it("has commands that work one after the other, from the page to the policy file", async () => {
    const commands = blocks("sh").map((body) => body.trim());
    expect(commands).toHaveLength(2);
    const missing = / {6}- description: the orders batch posts[\s\S]*?unscoped_consumers: true\n/;
    const policy = join(folder, "policy.yaml");
    const before = readFileSync(policy, "utf8");
    writeFileSync(policy, before.replace(missing, ""));
    const [review = "", write = ""] = commands.map((command) => `${command} --aws sandbox`);
    const shown = await shell(review);
    expect([shown.code, shown.output]).toEqual([0, expect.anything()]);
    expect(readFileSync(join(folder, "review.html"), "utf8")).toContain("<title>");
    const listed = await shell(
      "moat suggest --flows flow-logs/ --policy policy.yaml --aws sandbox --json 2>/dev/null",
    );
    const { suggestions } = JSON.parse(listed.output) as {
      suggestions: readonly { readonly id: string; readonly consumers: object }[];
    };
    // What the page saves.
    const rules = suggestions.map(({ id, consumers }) => ({ id, consumers }));
    writeFileSync(
      join(folder, "suggestion-choice.json"),
      JSON.stringify({ version: 1, kind: "suggestionChoice", rules }),
    );
    const written = await shell(write);
    expect(written.code, written.output).toBe(0);
    expect(readFileSync(policy, "utf8")).toContain(`suggestion ${suggestions[0]?.id}`);
  });
});
