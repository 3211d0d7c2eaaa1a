/**
 * `npm run build`: one bundle per Lambda handler in src/entry/lambda/, under dist/lambda/<handler>/index.mjs, and the
 * command line under dist/cli/.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { build } from "esbuild";
import { uiAssets } from "../src/entry/web/ui-assets.ts";
import { bundleCli } from "./bundle-cli.ts";
import { bundlePlugins, REQUIRE } from "./bundle-plugins.ts";
import { type BundleSize, measuredBundle } from "./measured-bundle.ts";

const ROOT = join(import.meta.dirname, "..");
const HANDLERS = join(ROOT, "src", "entry", "lambda");
const ENTRY = "index.mjs";

/** One handler's bundle; at its start is what is loaded before the first event. */
export interface Bundle extends BundleSize {
  readonly handler: string;
  readonly folder: string;
}

/** The files that export a handler; their neighbours are bundled into them. */
function handlers(): readonly string[] {
  if (!existsSync(HANDLERS)) return [];
  const files = readdirSync(HANDLERS).filter((name) => /^[a-z-]+\.ts$/.test(name));
  return files
    .map((name) => join(HANDLERS, name))
    .filter((file) => /^export const handler\b/m.test(readFileSync(file, "utf8")));
}

/** Bundles every handler, each into a folder of its own below `target`. */
export async function bundleHandlers(target = join(ROOT, "dist", "lambda")): Promise<readonly Bundle[]> {
  const bundles: Bundle[] = [];
  for (const file of handlers()) bundles.push(await bundle(file, join(target, basename(file, ".ts"))));
  return bundles;
}

async function bundle(file: string, folder: string): Promise<Bundle> {
  rmSync(folder, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: [file],
    outdir: folder,
    entryNames: "index",
    chunkNames: "chunk-[hash]",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // The SDK clients are imported when they are first used. In files of their own they cost a cold start nothing; one
    // file of 2.7 MB Node has to read and compile as a whole. From process start to handler: 171 ms in one file, 94 ms
    // split, 90 ms with the ES modules of the SDK, 87 ms without zod's other languages; Node alone takes 24 ms
    // (bench/README.md).
    splitting: true,
    mainFields: ["module", "main"],
    platform: "node",
    target: "node24",
    format: "esm",
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    banner: { js: REQUIRE },
    plugins: [...bundlePlugins],
    // Named where pages are bundled, which no function does.
    external: ["esbuild"],
    metafile: true,
    logLevel: "warning",
  });
  // The page of the map, which cannot be bundled where there is no bundler.
  if (basename(file, ".ts") === "map")
    writeFileSync(join(folder, "ui.json"), JSON.stringify(await uiAssets()));
  return {
    handler: basename(file, ".ts"),
    folder,
    ...measuredBundle(metafile, [relative(ROOT, join(folder, ENTRY))]),
  };
}

const kib = (count: number): string => `${Math.round(count / 1024)} KiB`;

if (import.meta.main) {
  const bundles = await bundleHandlers();
  if (bundles.length === 0) console.log("no Lambda handlers in src/entry/lambda: nothing to bundle");
  const named = bundles.map((size) => [size.handler, size] as const);
  for (const [name, { bytes, startBytes, files }] of [...named, ["moat", await bundleCli()] as const])
    console.log(`${name}: ${kib(bytes)} in ${files} files, ${kib(startBytes)} loaded at start`);
}
