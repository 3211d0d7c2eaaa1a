import { globSync } from "node:fs";
import { matchesGlob } from "node:path";
import { describe, expect, it } from "vitest";
import vitestConfig from "../vitest.config.ts";
import { importCycles } from "./support/import-cycles.ts";
import { withoutComments } from "./support/imports.ts";
import { readSourceFiles, type SourceFile } from "./support/source-files.ts";

/**
 * Who may import what, besides files of the same folder. The longest prefix that a file's path begins with counts.
 * Type-only imports count like any other: a type is a promise too.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "src/core/": [],
  "src/ports/": ["src/core/"],
  "src/app/": ["src/core/", "src/ports/"],
  "src/adapters/aws/": ["src/core/", "src/ports/", "node:", "npm:"],
  "src/adapters/pce/": ["src/core/", "src/ports/", "node:", "npm:"],
  // A snapshot is what a live API answered, so the adapter of that API parses it.
  "src/adapters/file/": [
    "src/adapters/aws/",
    "src/adapters/pce/",
    "src/core/",
    "src/ports/",
    "node:",
    "npm:",
  ],
  // Records may lie in S3, and so may a history.
  "src/adapters/audit/": ["src/adapters/aws/", "src/core/", "src/ports/", "node:", "npm:"],
  "src/adapters/history/": ["src/adapters/aws/", "src/core/", "src/ports/", "node:", "npm:"],
  // A bus and a topic are services of AWS.
  "src/adapters/notify/": ["src/adapters/aws/", "src/core/", "src/ports/", "node:", "npm:"],
  // The sandbox stands for the outside world: were it built from our own rules, it could not prove them wrong.
  "src/sandbox/": ["node:", "npm:"],
  "src/entry/": ["src/core/", "src/ports/", "src/app/", "src/adapters/", "node:", "npm:"],
  // The map's page is the same, served or saved.
  "src/entry/lambda/": [
    "src/core/",
    "src/ports/",
    "src/app/",
    "src/adapters/",
    "src/entry/web/",
    "node:",
    "npm:",
  ],
  "src/entry/cli/": [
    "src/core/",
    "src/ports/",
    "src/app/",
    "src/adapters/",
    "src/entry/",
    "src/sandbox/",
    "node:",
    "npm:",
  ],
  "src/ui/": ["src/core/map/", "src/core/suggest/", "npm:"],
};

/** What a test beside the code may import on top. */
const TESTS_MAY_IMPORT = ["test/", "src/sandbox/", "node:", "npm:"];

/** The rooms of the house. A new one is a decision: it is written here, and in ARCHITECTURE.md. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  core: [
    "audit",
    "budget",
    "doctor",
    "drift",
    "flow",
    "guard",
    "history",
    "incident",
    "inventory",
    "label",
    "map",
    "net",
    "onboard",
    "plan",
    "policy",
    "rule",
    "suggest",
    "trail",
    "upload",
    "verify",
  ],
  ports: [],
  app: [],
  adapters: ["audit", "aws", "file", "history", "notify", "pce"],
  sandbox: ["aws", "company", "pce"],
  entry: ["cli", "lambda", "web"],
  ui: [],
};

const KEBAB_CASE = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:bench|config|contract|d|fixture|property|test))*\.tsx?$/;
const EMPTY_NAMES = /(?:^|[-/.])(?:utils?|helpers?|misc|stuff)(?:[-/.]|$)/;
const MAX_LINES = 400;

/** What would make the core give two answers to one question. Biome refuses the globals; this scan sees the rest. */
const IMPURE = [
  /\bMath\.random\b/,
  /\bnew Date\b|\bDate\.(?:now|parse|UTC)\b/,
  /\bprocess\./,
  /\bconsole\./,
  /\bperformance\./,
  /\bcrypto\./,
  /\bfetch\s*\(/,
  /\bset(?:Timeout|Interval|Immediate)\s*\(/,
  /\bBuffer\./,
  /\bimport\.meta\b/,
  // These answer by the machine's language.
  /\.localeCompare\s*\(/,
  /\.toLocale[A-Z]\w*\s*\(/,
  /\bIntl\./,
];

const source = readSourceFiles(["src"]);
const everything = [...source, ...readSourceFiles(["test", "scripts", "bench", "infra"])];

describe("the architecture", () => {
  it("is checked on files that are really there", () => {
    expect(source.length).toBeGreaterThan(50);
    expect(source.flatMap((file) => file.imports).length).toBeGreaterThan(50);
  });

  it("has imports in one direction only", () => {
    expect(source.flatMap(forbiddenImports)).toEqual([]);
  });

  it("has imports that can be read without running them", () => {
    expect(source.flatMap((file) => file.unreadable.map((line) => `${file.path}:${line}`))).toEqual([]);
  });

  it("has imports that lead to a file", () => {
    const known = new Set(everything.map((file) => file.path));
    const dangling = source.flatMap(({ path, imports }) =>
      imports
        .filter(
          ({ target }) => /^(?:src|test|scripts|bench|infra)\/.*\.tsx?$/.test(target) && !known.has(target),
        )
        .map(({ target, line }) => `${path}:${line} imports ${target}, which is not there`),
    );
    expect(dangling).toEqual([]);
  });

  it("has no import cycle", () => {
    expect(importCycles(everything)).toEqual([]);
  });

  it("has no room that is not on the plan", () => {
    expect(source.map(roomOf).filter((room) => room !== undefined)).toEqual([]);
  });

  it("has a core with no clock, chance, environment or output", () => {
    const core = source.filter((file) => file.path.startsWith("src/core/") && !file.isTest);
    expect(core.flatMap(impurities)).toEqual([]);
  });
});

describe("every file", () => {
  it(`has at most ${MAX_LINES} lines, tests apart`, () => {
    const long = source.filter((file) => !file.isTest && file.lines > MAX_LINES);
    expect(long.map((file) => `${file.path}: ${file.lines} lines`)).toEqual([]);
  });

  it("has a name in kebab-case that says something", () => {
    const misnamed = everything.map((file) => file.path).filter((path) => !isWellNamed(path));
    expect(misnamed).toEqual([]);
  });

  it("has named exports only", () => {
    const defaults = everything.filter((file) => hasDefaultExport(file.text));
    expect(defaults.map((file) => file.path)).toEqual([]);
  });

  it("with tests is run by a Vitest project", () => {
    const includes = vitestConfig.test?.projects?.flatMap((project) =>
      typeof project === "object" && "test" in project ? (project.test?.include ?? []) : [],
    );
    const tests = globSync("{src,test,scripts,bench,infra}/**/*.test.ts", {
      cwd: `${import.meta.dirname}/..`,
    });
    const forgotten = tests.filter((path) => includes?.some((glob) => matchesGlob(path, glob)) !== true);
    expect(forgotten).toEqual([]);
  });
});

function forbiddenImports(file: SourceFile): readonly string[] {
  const layer = layerOf(file.path);
  if (layer === undefined) return [`${file.path} lies in no layer`];
  const allowed = [layer, ...(MAY_IMPORT[layer] ?? []), ...(file.isTest ? TESTS_MAY_IMPORT : [])];
  return file.imports
    .filter(({ target }) => !allowed.some((prefix) => target.startsWith(prefix)))
    .map(({ target, line }) => `${file.path}:${line} may not import ${target}`);
}

const layerOf = (path: string): string | undefined =>
  Object.keys(MAY_IMPORT)
    .filter((prefix) => path.startsWith(prefix))
    .toSorted((a, b) => b.length - a.length)[0];

/** The folder of a file when nobody planned it. */
function roomOf({ path }: SourceFile): string | undefined {
  const [, layer = "", room] = path.split("/").slice(0, -1);
  const rooms = ROOMS[layer];
  if (rooms === undefined) return `src/${layer}`;
  return room === undefined || rooms.length === 0 || rooms.includes(room)
    ? undefined
    : `src/${layer}/${room}`;
}

function impurities({ path, text }: SourceFile): readonly string[] {
  return withoutComments(text)
    .split("\n")
    .flatMap((line, index) =>
      IMPURE.filter((pattern) => pattern.test(line)).map(() => `${path}:${index + 1} ${line.trim()}`),
    );
}

function isWellNamed(path: string): boolean {
  const name = path.split("/").at(-1) ?? "";
  return KEBAB_CASE.test(name) && !EMPTY_NAMES.test(path);
}

const hasDefaultExport = (text: string): boolean =>
  /^export default\b|^export\s*\{[^}]*\bas default\b/m.test(withoutComments(text));
