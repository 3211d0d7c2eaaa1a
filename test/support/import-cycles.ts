import type { SourceFile } from "./source-files.ts";

/**
 * Each import cycle once, as the files on it in order, the first repeated at the end. Type-only imports count like any
 * other: none of them is left when the code runs, but neither of two files that name each other can be read alone.
 */
export function importCycles(files: readonly SourceFile[]): readonly string[] {
  const targets = new Map(files.map((file) => [file.path, file.imports.map((i) => i.target)]));
  const finished = new Set<string>();
  const cycles: string[] = [];

  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start !== -1) {
      cycles.push([...trail.slice(start), path].join(" → "));
      return;
    }
    if (finished.has(path)) return;
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    finished.add(path);
  };

  for (const file of files) visit(file.path, []);
  return cycles;
}
