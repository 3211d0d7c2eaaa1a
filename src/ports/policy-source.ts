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
