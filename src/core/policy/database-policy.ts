import type { DatabasePolicy, Grant } from "./resolution.ts";

/** What policy says of one database, with the grants made when they are first read. */
export function databasePolicy(
  answer: Omit<DatabasePolicy, "grants">,
  grants: () => readonly Grant[],
): DatabasePolicy {
  const { arn, matched, labels, allowed, overrideDenied, incomplete, findings } = answer;
  let made: readonly Grant[] | undefined;
  return {
    arn,
    matched,
    labels,
    allowed,
    get grants() {
      made ??= grants();
      return made;
    },
    overrideDenied,
    incomplete,
    findings,
  };
}
