import { sha256 } from "./sha256.ts";

/** A record as a line, with the digest of the line before it as `previous`. */
export const linkedLine = (entry: object, before: string | undefined): string =>
  JSON.stringify({ ...entry, ...(before === undefined ? {} : { previous: sha256(before) }) });
