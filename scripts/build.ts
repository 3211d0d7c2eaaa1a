/** `npm run build`: one bundle per Lambda handler in src/entry/lambda/, under dist/lambda/<handler>/index.mjs. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build } from "esbuild";

const ROOT = join(import.meta.dirname, "..");
const HANDLERS = join(ROOT, "src", "entry", "lambda");

// Bundled CommonJS packages call require for Node's own modules, which an ES module does not have.
const REQUIRE =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** The files that export a handler; their neighbours are bundled into them. */
function handlers(): readonly string[] {
  if (!existsSync(HANDLERS)) return [];
  const files = readdirSync(HANDLERS).filter((name) => /^[a-z-]+\.ts$/.test(name));
  return files
    .map((name) => join(HANDLERS, name))
    .filter((file) => /^export const handler\b/m.test(readFileSync(file, "utf8")));
}

async function bundle(file: string): Promise<void> {
  const name = basename(file, ".ts");
  const outfile = join(ROOT, "dist", "lambda", name, "index.mjs");
  const result = await build({
    entryPoints: [file],
    outfile,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    minify: true,
    sourcemap: true,
    sourcesContent: false,
    banner: { js: REQUIRE },
    metafile: true,
    logLevel: "warning",
  });
  const bytes = Object.entries(result.metafile.outputs).find(([path]) => path.endsWith(".mjs"))?.[1].bytes;
  console.log(`${name}: ${((bytes ?? 0) / 1024).toFixed(0)} KiB`);
}

const files = handlers();
if (files.length === 0) console.log("no Lambda handlers in src/entry/lambda: nothing to bundle");
for (const file of files) await bundle(file);
