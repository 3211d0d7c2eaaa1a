import { Command } from "commander";
import type { MapOptions } from "../actions/map.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../source-options.ts";

/** `moat map`: serves the traffic map, or saves it as one file. */
export function mapCommand(context: CliContext): Command {
  return withSources(new Command("map"))
    .description("the traffic map: who talks to which database, and what policy says of it")
    .option("--out <file>", "save it instead: one self-contained .html, or .csv, .json, .svg, .mmd, .dot")
    .option("--draft [file]", "beside it what a draft would say: the PCE's, or that of an edited policy file")
    .option("--every <seconds>", "how often to look for new flows while a page follows them", "30")
    .option("--port <port>", "port to listen on (default: any free one)", "0")
    .option("--host <address>", "address to listen on; any but loopback asks for a token", "127.0.0.1")
    .action(async (options: MapOptions) => {
      const { runMap } = await import("../actions/map.ts");
      await runMap(context, options);
    });
}
