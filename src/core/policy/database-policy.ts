import type { ReasonsWithin } from "./reasons.ts";
import type { DatabasePolicy, Grant } from "./resolution.ts";

/** How the reasons of a database are made; neither is asked before somebody reads them. */
export interface ReasonMaker {
  readonly grants: () => readonly Grant[];
  readonly within: () => ReasonsWithin;
}

/** What policy says of one database, with reasons that are made when they are first read. */
export function databasePolicy(
  answer: Omit<DatabasePolicy, "grants" | "reasonsWithin">,
  make: ReasonMaker,
): DatabasePolicy {
  const { arn, matched, labels, allowed, overrideDenied, incomplete, findings } = answer;
  let made: readonly Grant[] | undefined;
  return {
    arn,
    matched,
    labels,
    allowed,
    get grants() {
      made ??= make.grants();
      return made;
    },
    reasonsWithin: (range) => make.within()(range),
    overrideDenied,
    incomplete,
    findings,
  };
}
