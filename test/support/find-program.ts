import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The file of a program that a shell would find by this name. */
export const findProgram = (name: string): string | undefined =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
