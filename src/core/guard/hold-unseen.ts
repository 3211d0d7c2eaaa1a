import type { Diagnostic } from "../diagnostic.ts";
import type { LogStanding } from "../history/log-standing.ts";
import type { Plan } from "../plan/plan.ts";
import { holdNarrowing } from "./hold-narrowing.ts";

/** By the ARN of the database; those of which nothing is known are absent. */
export type LogStandings = ReadonlyMap<string, LogStanding>;

/**
 * Says which databases have lost their flow logs, and takes out of a plan what would take access away because nobody
 * was seen to use it, where nobody could have been seen. Repairs of tampering and new grants go on.
 *
 * @param relies whether the plan was made by what was seen; where it was not, nothing is held for that
 */
export function holdUnseen(plan: Plan, standings: LogStandings, relies: boolean): Plan {
  const databases = plan.databases.map((database) => {
    const lost = standings.get(database.arn)?.lost;
    return lost === undefined ? database : { ...database, findings: [...database.findings, lost] };
  });
  const told = { ...plan, databases };
  if (!relies) return told;
  return holdNarrowing(told, ({ id, arn }) =>
    standings.get(arn)?.isInDoubt === true ? held(id) : undefined,
  );
}

const held = (id: string): Diagnostic => ({
  code: "UNSEEN_HOURS",
  what: `What policy takes away at database "${id}" waits: its flow logs do not tell of the whole of the last day`,
  why: "Whoever came in the hours without flow logs was not seen, and may still need access",
  fix: `Nothing once they have told of a whole day again; "moat plan" and "moat apply" do it by hand`,
});
