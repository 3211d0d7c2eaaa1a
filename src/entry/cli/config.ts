import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { Config } from "./config-schema.ts";
import { DEFAULT_CONFIG } from "./default-config.ts";
import { CliProblem } from "./problem.ts";

/** Reads the configuration: the named file, else `moat.yaml` here, else the defaults. */
export async function readConfig(path: string | undefined): Promise<Config> {
  const file = path ?? "moat.yaml";
  if (path === undefined && !existsSync(file)) return DEFAULT_CONFIG;
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new CliProblem({
      code: "CONFIG_MISSING",
      what: `"${file}" cannot be read: ${error.code ?? error.message}`,
      why: path === undefined ? "It lies in this folder, so it counts" : "It was named with --config",
      fix: "Check the path, and that you may read it",
    });
  });
  const { parseConfig } = await import("./parse-config.ts");
  return parseConfig(text, file);
}
