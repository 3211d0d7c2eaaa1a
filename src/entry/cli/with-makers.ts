import { noMakersKnown, planWithMakers } from "../../app/plan-with-makers.ts";
import type { CliContext } from "./context.ts";
import type { World } from "./load.ts";
import type { Settings } from "./settings.ts";
import { openTrail } from "./wire/trail.ts";

/**
 * The same world, whose plans take away no rule that RDS may have made: what would be done is planned by whoever does it.
 * A snapshot has no history that could be asked, and is planned as it is.
 */
export function withMakers(context: CliContext, settings: Settings, world: World): World {
  const ask = openTrail(context, world.source);
  if (ask === undefined) return world;
  const known = noMakersKnown();
  return {
    ...world,
    plan: async (version, beside) => {
      const planned = await world.plan(version, beside);
      return planWithMakers(
        planned,
        (makers) => world.planWith(planned.index.policy, planned.inventory, makers),
        ask,
        known,
        settings.plan.acknowledged,
      );
    },
  };
}
