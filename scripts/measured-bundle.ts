import type { Metafile } from "esbuild";

/** How large a bundle is. */
export interface BundleSize {
  /** Of all files of code. */
  readonly bytes: number;
  /** Of the files that are loaded at once: those it begins with and what they import. */
  readonly startBytes: number;
  readonly files: number;
  /** Source modules in it. */
  readonly modules: number;
}

/** Measures what esbuild has written; `entries` are the outputs that it begins with, as the metafile names them. */
export function measuredBundle({ inputs, outputs }: Metafile, entries: readonly string[]): BundleSize {
  const code = Object.keys(outputs).filter((path) => path.endsWith(".mjs"));
  const bytesOf = (paths: Iterable<string>) =>
    [...paths].reduce((sum, p) => sum + (outputs[p]?.bytes ?? 0), 0);
  const atStart = new Set<string>();
  const queue = entries.map((entry) => entry.replaceAll("\\", "/"));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (atStart.has(path)) continue;
    atStart.add(path);
    const imports = outputs[path]?.imports ?? [];
    queue.push(
      ...imports.filter((i) => i.kind === "import-statement" && i.external !== true).map((i) => i.path),
    );
  }
  return {
    bytes: bytesOf(code),
    startBytes: bytesOf(atStart),
    files: code.length,
    modules: Object.keys(inputs).length,
  };
}
