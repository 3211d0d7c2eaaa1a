import type { ResourceChange } from "./resource-change.ts";

/** What is asked of a trail. */
export interface TrailQuestion {
  /** Names of what changed, the most telling first: a rule's id says more than its group's. */
  readonly resources: readonly string[];
  /** ARN that Moat itself acts under: its own writes are no answer. Any session of the same role counts as itself. */
  readonly self?: string;
  /** Changes before this moment (RFC 3339, UTC) are no answer. */
  readonly since?: string;
  /** True: what services of AWS did for themselves is an answer too. */
  readonly services?: boolean;
}

/**
 * The latest change that may explain a difference, by somebody else. Asks for the first name, and only where nobody
 * touched that, for the next. `undefined` when the trail does not tell, which proves nothing: events are late at times,
 * and some are lost.
 */
export function whoChanged(
  changes: readonly ResourceChange[],
  question: TrailQuestion,
): ResourceChange | undefined {
  const others = changes.filter(
    (change) =>
      (question.services === true || !change.actor.isService) &&
      !(question.self !== undefined && sameActor(change.actor.arn, question.self)) &&
      (question.since === undefined || change.at >= question.since),
  );
  for (const resource of question.resources) {
    const latest = latestOf(others.filter((change) => change.resources.includes(resource)));
    if (latest !== undefined) return latest;
  }
  return undefined;
}

/** Of changes in the same second the one that was told last. */
function latestOf(changes: readonly ResourceChange[]): ResourceChange | undefined {
  return changes.reduce<ResourceChange | undefined>(
    (latest, change) => (latest === undefined || change.at >= latest.at ? change : latest),
    undefined,
  );
}

/** Whether two ARNs are one principal; sessions of a role are the role. */
export const sameActor = (a: string, b: string): boolean => withoutSession(a) === withoutSession(b);

const SESSION = /^(arn:[^:]+:sts::\d*:assumed-role\/[^/]+)\/.*$/;
const withoutSession = (arn: string): string => SESSION.exec(arn)?.[1] ?? arn;
