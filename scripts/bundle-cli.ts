/** The command line as a few files instead of hundreds: what `bin/moat` runs while no source is newer. */
import { readFileSync, rmSync, utimesSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { build, type Plugin } from "esbuild";
import { REQUIRE, sharedPlugins } from "./bundle-plugins.ts";
import { type BundleSize, measuredBundle } from "./measured-bundle.ts";

const ROOT = join(import.meta.dirname, "..");
const ENTRY = "moat.mjs";

/** Our own modules that find a file beside them (examples, the page of the map) go on finding it from the bundle. */
const placesOfTheSource = (folder: string): Plugin => ({
  name: "places-of-the-source",
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
      const text = readFileSync(path, "utf8");
      if (!/\bimport\.meta\.(?:dirname|url)\b/.test(text)) return undefined;
      const from = (place: string): string => JSON.stringify(relative(folder, place).replaceAll("\\", "/"));
      const contents = text
        .replaceAll("import.meta.dirname", `(import.meta.dirname + "/" + ${from(dirname(path))})`)
        .replaceAll("import.meta.url", `new URL(${from(path)}, import.meta.url)`);
      return { contents, loader: "ts" };
    });
  },
});

/**
 * Bundles src/entry/cli/start.ts into `target`, as moat.mjs and what it loads, and the thread that reads flow logs. The
 * time of moat.mjs is that at which the
 * build began, so that a source that was changed meanwhile is newer.
 */
export async function bundleCli(target = join(ROOT, "dist", "cli")): Promise<BundleSize> {
  const began = new Date();
  rmSync(target, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: {
      [ENTRY.replace(".mjs", "")]: "src/entry/cli/start.ts",
      "flow-worker": "src/entry/cli/flow-worker.ts",
    },
    outdir: target,
    chunkNames: "[name]-[hash]",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // A command loads what it needs when it runs: in files of their own the others cost it nothing.
    splitting: true,
    mainFields: ["module", "main"],
    platform: "node",
    target: "node22",
    format: "esm",
    // Not minified: stack traces keep our names, and with the compile cache the start takes as long (54 ms and 56 ms).
    banner: { js: REQUIRE },
    plugins: [placesOfTheSource(target), ...sharedPlugins],
    // One is machine code, and the other a program beside its package.
    external: ["@duckdb/node-api", "esbuild"],
    metafile: true,
    logLevel: "warning",
  });
  const entry = join(target, ENTRY);
  utimesSync(entry, began, began);
  const first = relative(ROOT, entry).replaceAll("\\", "/");
  const loaded = metafile.outputs[first]?.imports ?? [];
  return measuredBundle(metafile, [first, ...loaded.map(({ path }) => path)]);
}
