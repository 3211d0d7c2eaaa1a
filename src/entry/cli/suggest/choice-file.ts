import { z } from "zod";
import type { Choice as Chosen } from "../../../core/suggest/choose-suggestions.ts";
import { CliProblem } from "../problem.ts";

const Choice = z.object({
  version: z.literal(1),
  kind: z.literal("suggestionChoice"),
  rules: z.array(z.object({ id: z.string(), consumers: z.record(z.string(), z.array(z.string()).min(1)) })),
});
type ChoiceFile = z.infer<typeof Choice>;

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

/** What the file says is in, and how it was edited. */
export const choiceOf = ({ rules }: ChoiceFile): Chosen => ({
  only: rules.map(({ id }) => id),
  narrowed: new Map(rules.map(({ id, consumers }) => [id, consumers])),
});

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
