import type { Policy } from "../../core/policy/model.ts";
import type { PolicySource, WatchedPolicySource } from "../../ports/policy-source.ts";

/** The policy in hand, and how to find out whether it is still the one in force. */
export interface PolicyKeeper {
  /** Asks cheaply where that can be done, and reads in full only where it must. Throws when there is no answer. */
  refresh(readAnyway: boolean): Promise<PolicyInHand>;
}

export interface PolicyInHand {
  readonly policy: Policy;
  /** Milliseconds since 1970 at which this policy was read. */
  readonly readAt: number;
  /** What the last question found: event types, or the new version. Empty when nothing changed. */
  readonly why: readonly string[];
}

/** Keeps the last answer. A source that cannot tell whether it changed, such as a file, is read each time. */
export function policyKeeper<Token>(
  source: PolicySource | WatchedPolicySource<Token>,
  now: () => number,
): PolicyKeeper {
  let inHand: PolicyInHand | undefined;
  let token: Token | undefined;
  async function read(why: readonly string[]): Promise<PolicyInHand> {
    const readAt = now();
    const policy = await source.read("active");
    inHand = { policy, readAt, why: inHand?.policy.version === policy.version ? [] : why };
    return { ...inHand, why };
  }
  return {
    refresh: async (readAnyway) => {
      if (!("changedSince" in source)) return read([]);
      // The token is taken before the read, so that a change during the read is seen by the next question.
      if (inHand === undefined || token === undefined) {
        const before = await source.changeToken("active");
        const first = await read([]);
        token = before;
        return first;
      }
      const answer = await source.changedSince(token);
      if (!answer.changed && !readAnyway) {
        token = answer.token;
        return { ...inHand, why: [] };
      }
      const fresh = await read(answer.why);
      token = answer.token;
      return fresh;
    },
  };
}
