/** Where a thread begins that reads flow logs. What it loads from here on is compiled once and kept. */
import { enableCompileCache } from "node:module";
import { parentPort } from "node:worker_threads";

enableCompileCache();
const { serveFlowReading } = await import("./wire/serve-flow-reading.ts");
if (parentPort !== null) serveFlowReading(parentPort);
