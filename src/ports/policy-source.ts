import type { Policy } from "../core/policy/model.ts";

/** Gives the label policy: from a PCE, a folder of its collections, or a policy file. */
export interface PolicySource {
  readonly name: string;
  /**
   * One consistent read. Throws {@link PolicyFault} when there is no answer at all; an answer that may be cut short
   * comes back with `complete: false`.
   */
  read(version: "active" | "draft"): Promise<Policy>;
}

/** A {@link PolicySource} that can also tell cheaply whether a new read is worth it. */
export interface WatchedPolicySource<Token> extends PolicySource {
  /** Marks this moment. Taken before a read, it can be asked about later. */
  changeToken(version: "active" | "draft"): Promise<Token>;
  /** Whether policy may be different from what it was at a token, and the token for the next question. */
  changedSince(
    token: Token,
  ): Promise<{ readonly changed: boolean; readonly why: readonly string[]; readonly token: Token }>;
}
