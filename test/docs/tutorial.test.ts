import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { run } from "../../scripts/run.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const TUTORIAL = readFileSync(join(ROOT, "docs", "tutorial.md"), "utf8");

/** Something the reader does: runs a command and compares, or edits the file. */
type Action =
  | { readonly kind: "run"; readonly command: string; readonly shows: readonly string[] }
  | { readonly kind: "insert"; readonly under: string; readonly lines: string }
  | { readonly kind: "replace"; readonly old: string; readonly by: string };

/** The fenced blocks of the page in order, with the paragraph before each. */
function actions(page: string): readonly Action[] {
  const blocks = [...page.matchAll(/([^\n]*)\n\n```(console|yaml|diff)\n([\s\S]*?)```/g)];
  return blocks.flatMap(([, before = "", language, body = ""]): readonly Action[] => {
    if (language === "console") return commands(body);
    if (language === "diff") return edits(body);
    const under = /put under `(\w+:)`$/i.exec(before)?.[1];
    if (under === undefined) throw new Error(`Nobody can tell where this goes: ${body}`);
    return [{ kind: "insert", under, lines: body }];
  });
}

const commands = (body: string): readonly Action[] =>
  body
    .split(/^\$ /m)
    .filter((part) => part !== "")
    .map((part) => {
      const [command = "", ...shows] = part.trimEnd().split("\n");
      return { kind: "run", command, shows };
    });

function edits(body: string): readonly Action[] {
  const pairs = [...body.matchAll(/^-(.*)\n\+(.*)$/gm)];
  return pairs.map(([, old = "", by = ""]) => ({ kind: "replace", old, by }));
}

/** Lines are wrapped to the terminal and columns are padded: only the words count. */
const words = (text: string): string => text.replace(/\s+/g, " ").trim();

describe("the tutorial", () => {
  const folder = mkdtempSync(join(tmpdir(), "moat-tutorial-"));
  const file = join(folder, "policy.yaml");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const steps = actions(TUTORIAL);

  it("has commands and edits", () => {
    expect(steps.filter((s) => s.kind === "run").length).toBeGreaterThan(10);
    expect(steps.filter((s) => s.kind !== "run").length).toBeGreaterThan(5);
  });

  it.each(steps.map((step, i) => ({ step, name: `${i + 1}. ${title(step)}` })))("$name", async ({ step }) => {
    if (step.kind === "run") {
      const { code, output } = await shell(step.command);
      // 2 says that a plan has changes, which is no failure.
      expect([0, 2], output).toContain(code);
      for (const line of step.shows) expect(words(output)).toContain(words(line));
      return;
    }
    const before = readFileSync(file, "utf8");
    const after =
      step.kind === "insert"
        ? before.replace(`\n${step.under}\n`, () => `\n${step.under}\n${step.lines}`)
        : before.replace(step.old, () => step.by);
    expect(after).not.toBe(before);
    writeFileSync(file, after);
  });

  const shell = (command: string) =>
    run("sh", ["-c", `cd '${folder}' && ${command}`], {
      env: {
        PATH: `${join(ROOT, "bin")}${delimiter}${process.env.PATH ?? ""}`,
        HOME: folder,
        NO_COLOR: "1",
      },
    });
});

function title(step: Action): string {
  return step.kind === "run"
    ? step.command
    : `${step.kind} ${step.kind === "insert" ? step.under : step.old.trim()}`;
}
