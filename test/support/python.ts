import { existsSync } from "node:fs";
import { join } from "node:path";
import { STAMP } from "../../scripts/python-environment.ts";

/** The Python of the environment that `npm test` makes, once all its packages are in. */
export function findPython(): string | undefined {
  const directory = join(import.meta.dirname, "..", "..", ".venv");
  return existsSync(join(directory, STAMP)) ? join(directory, "bin", "python") : undefined;
}
