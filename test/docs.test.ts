import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "..");

const pages = globSync(["*.md", "docs/**/*.md", "examples/**/*.md", "infra/**/*.md"], {
  cwd: ROOT,
  exclude: ["**/node_modules/**"],
}).map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));

/** The part of a heading's address after the `#`, as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

function anchorsIn(file: string): readonly string[] {
  return [...readFileSync(file, "utf8").matchAll(/^#+ (.+)$/gm)].map((match) => anchorOf(match[1] ?? ""));
}

function leadsSomewhere(from: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const file = path === "" ? join(ROOT, from) : join(ROOT, dirname(from), path);
  return existsSync(file) && (anchor === undefined || anchorsIn(file).includes(anchor));
}

const linksIn = (text: string): readonly string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? "")
    .filter((link) => !/^[a-z]+:/.test(link));

describe("the documents", () => {
  it("are looked at", () => {
    expect(pages.length).toBeGreaterThan(10);
    expect(pages.flatMap(({ text }) => linksIn(text)).length).toBeGreaterThan(20);
  });

  it("have links that lead somewhere", () => {
    const dead = pages.flatMap(({ path, text }) =>
      linksIn(text)
        .filter((link) => !leadsSomewhere(path, link))
        .map((link) => `${path}: ${link}`),
    );
    expect(dead).toEqual([]);
  });

  it("name npm scripts that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: object };
    const named = pages.flatMap(({ text }) =>
      [...text.matchAll(/\bnpm run ([a-z:]+)/g)].map((match) => match[1]),
    );
    expect([...new Set(named)].filter((name) => !Object.hasOwn(scripts, name ?? ""))).toEqual([]);
  });

  it("list every decision in the index", () => {
    const index = readFileSync(join(ROOT, "docs/decisions/README.md"), "utf8");
    const decisions = globSync("[0-9]*.md", { cwd: join(ROOT, "docs/decisions") });
    expect(decisions.filter((name) => !index.includes(`(${name})`))).toEqual([]);
  });

  it("name only files and folders that exist", () => {
    const named = pages.flatMap(({ path, text }) =>
      [...text.matchAll(/`((?:src|test|scripts|docs|bench|bin|infra|examples)\/[\w./-]*)`/g)].map((m) => ({
        path,
        name: m[1] ?? "",
      })),
    );
    const missing = named.filter(({ name }) => !existsSync(join(ROOT, name)));
    expect(missing).toEqual([]);
  });

  it("show the plan that the sample company really gets", () => {
    const readme = readFileSync(join(ROOT, "README.md"), "utf8");
    const shown = /<!-- plan -->\n```text\n([\s\S]+?)\n```/.exec(readme)?.[1] ?? "no plan";
    expect(readFileSync(join(ROOT, "test/golden/cli/plan.txt"), "utf8")).toContain(shown);
  });

  it("name commands that the CLI has", () => {
    const help = execFileSync(join(ROOT, "bin", "moat"), ["--help"], { encoding: "utf8" });
    const named = pages.flatMap(({ text }) =>
      [...text.matchAll(/\bbin\/moat ([a-z]+)\b/g)].map((m) => m[1] ?? ""),
    );
    expect(named.length).toBeGreaterThan(5);
    expect([...new Set(named)].filter((name) => !new RegExp(`^\\s+${name}\\b`, "m").test(help))).toEqual([]);
  });
});
