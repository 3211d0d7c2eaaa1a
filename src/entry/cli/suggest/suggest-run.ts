import type { Planned } from "../../../app/plan-databases.ts";
import type { SuggestReport } from "../../../app/suggest-policy.ts";
import type { Assertion } from "../../../core/policy/assertion/assertion.ts";
import type { CliContext } from "../context.ts";
import type { World } from "../load.ts";
import type { Settings } from "../settings.ts";

/** What the parts of `moat suggest` share. */
export interface SuggestRun {
  readonly context: CliContext;
  readonly settings: Settings;
  readonly world: World;
  readonly planned: Planned;
  readonly assertions: readonly Assertion[];
  readonly report: SuggestReport;
}
