import { z } from "zod";
import { CliProblem } from "../problem.ts";

const Choice = z.object({
  version: z.literal(1),
  kind: z.literal("suggestionChoice"),
  rules: z.array(z.object({ id: z.string(), consumers: z.record(z.string(), z.array(z.string()).min(1)) })),
});
export type ChoiceFile = z.infer<typeof Choice>;

/** Reads what the review page saved. */
export function parseChoice(text: string, path: string): ChoiceFile {
  const read = Choice.safeParse(jsonOf(text));
  if (read.success) return read.data;
  throw new CliProblem({
    code: "CHOICE_SHAPE",
    what: `"${path}" is no choice of suggestions: ${read.error.issues[0]?.message ?? "it is not JSON"}`,
    why: "Only what the review page saved can be taken up",
    fix: "Open the page that moat suggest --format html makes, choose, and save again",
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
