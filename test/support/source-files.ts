import { globSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { importsOf } from "./imports.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** One TypeScript file of the project. Paths are relative to its root, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  /** A test, or what only tests use. */
  readonly isTest: boolean;
  readonly imports: readonly ResolvedImport[];
  /** Lines that import what only running them would tell. */
  readonly unreadable: readonly number[];
}

/** Where an import leads: a path in the project, or `node:…`, or `npm:…`. */
export interface ResolvedImport {
  readonly target: string;
  readonly line: number;
  readonly isTypeOnly: boolean;
}

/** Reads every TypeScript file under the folders, sorted by path. */
export function readSourceFiles(folders: readonly string[]): readonly SourceFile[] {
  const patterns = folders.map((folder) => `${folder}/**/*.{ts,tsx}`);
  return globSync(patterns, { cwd: ROOT, exclude: ["**/node_modules/**"] })
    .map((path) => path.replaceAll("\\", "/"))
    .toSorted()
    .map(readSourceFile);
}

function readSourceFile(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), "utf8");
  const { imports, unreadable } = importsOf(text);
  return {
    path,
    text,
    lines: text.split("\n").length - 1,
    isTest: /\.(?:test|fixture)\.tsx?$/.test(path),
    imports: imports.map(({ specifier, ...rest }) => ({ target: resolve(path, specifier), ...rest })),
    unreadable,
  };
}

function resolve(from: string, specifier: string): string {
  if (specifier.startsWith(".")) return posix.normalize(posix.join(dirname(from), specifier));
  return specifier.startsWith("node:") ? specifier : `npm:${specifier}`;
}
