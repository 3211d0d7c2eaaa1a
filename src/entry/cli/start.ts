/** Where the process begins. What it loads from here on is compiled once and kept for the next start. */
import { enableCompileCache } from "node:module";

enableCompileCache();
const [{ main }, { processContext }] = await Promise.all([import("./main.ts"), import("./context.ts")]);
await main(process.argv.slice(2), processContext());
