/** `npm run build`: one bundle per Lambda handler in src/entry/lambda/, under dist/lambda/<handler>/index.mjs. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { build, type Metafile } from "esbuild";
import { uiAssets } from "../src/entry/web/ui-assets.ts";
import { bundlePlugins } from "./bundle-plugins.ts";

const ROOT = join(import.meta.dirname, "..");
const HANDLERS = join(ROOT, "src", "entry", "lambda");
const ENTRY = "index.mjs";

// Bundled CommonJS packages call require for Node's own modules, which an ES module does not have.
const REQUIRE =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** One handler's bundle. */
export interface Bundle {
  readonly handler: string;
  readonly folder: string;
  /** Of all files of code. */
  readonly bytes: number;
  /** Of the files that are loaded before the first event: the entry and what it imports at once. */
  readonly startBytes: number;
  readonly files: number;
  /** Source modules in it. */
  readonly modules: number;
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
    ...measured(metafile, relative(ROOT, join(folder, ENTRY))),
  };
}

function measured(
  { inputs, outputs }: Metafile,
  entry: string,
): Pick<Bundle, "bytes" | "startBytes" | "files" | "modules"> {
  const code = Object.keys(outputs).filter((path) => path.endsWith(".mjs"));
  const bytesOf = (paths: Iterable<string>) =>
    [...paths].reduce((sum, p) => sum + (outputs[p]?.bytes ?? 0), 0);
  const atStart = new Set<string>();
  const queue = [entry.replaceAll("\\", "/")];
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

if (import.meta.main) {
  const bundles = await bundleHandlers();
  if (bundles.length === 0) console.log("no Lambda handlers in src/entry/lambda: nothing to bundle");
  for (const { handler, bytes, startBytes, files } of bundles) {
    const kib = (count: number): string => `${Math.round(count / 1024)} KiB`;
    console.log(`${handler}: ${kib(bytes)} in ${files} files, ${kib(startBytes)} loaded at start`);
  }
}
