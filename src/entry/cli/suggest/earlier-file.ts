import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { EarlierRule } from "../../../core/suggest/model.ts";
import { CliProblem } from "../problem.ts";

const Query = z.record(z.string(), z.array(z.string()).min(1));
const Earlier = z.object({
  version: z.literal(1),
  kind: z.literal("suggestions"),
  suggestions: z.array(z.object({ providers: Query, consumers: Query })),
});

/** Reads what `moat suggest --json` printed before. */
export async function readEarlier(path: string): Promise<readonly EarlierRule[]> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw notEarlier(path, `cannot be read: ${error.code ?? error.message}`);
  });
  const read = Earlier.safeParse(jsonOf(text));
  if (read.success) return read.data.suggestions;
  throw notEarlier(path, `holds no suggestions: ${read.error.issues[0]?.message ?? "it is not JSON"}`);
}

const notEarlier = (path: string, what: string): CliProblem =>
  new CliProblem({
    code: "EARLIER_SUGGESTIONS",
    what: `"${path}" ${what}`,
    why: "--earlier names what was suggested before, so that these rules stay",
    fix: "Give a file that moat suggest --json --out wrote, or leave --earlier away",
  });

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
