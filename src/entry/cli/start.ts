/** Where the process begins. What it loads from here on is compiled once and kept for the next start. */
import { enableCompileCache } from "node:module";
import { dirname, extname, join } from "node:path";

enableCompileCache();
const [{ main }, { processContext }] = await Promise.all([import("./main.ts"), import("./context.ts")]);
// The file beside this one, in its own form: TypeScript, or what is bundled.
const worker = join(dirname(import.meta.filename), `flow-worker${extname(import.meta.filename)}`);
await main(process.argv.slice(2), processContext(worker));
