import type { Diagnostic } from "../diagnostic.ts";
import type { Inventory } from "../inventory/model.ts";
import type { DatabasePlan, Plan } from "../plan/plan.ts";
import { placeIn } from "./fill-waves.ts";
import { holdNarrowing } from "./hold-narrowing.ts";
import type { Rollout } from "./rollout.ts";
import { type WaveSettings, waveNames } from "./waves.ts";

/** Holds back what may not be done yet. */
export type Gatekeeper = (plan: Plan, inventory: Inventory) => Plan;

/**
 * Lets narrowing changes through only where their wave is open for the version of policy that the plan was made from.
 * Repairs of tampering, new grants and ended leases pass in any case, and so does what is not planned here at all: a
 * rollback that a person asks for.
 *
 * @param rollout as it is known; without one nothing is narrowed
 */
export function waveGate(rollout: Rollout | undefined, settings: WaveSettings): Gatekeeper {
  const names = waveNames(settings);
  return (plan, inventory) => {
    const tags = new Map(inventory.databases.map((d) => [d.arn as string, d.tags]));
    const isCurrent = rollout?.version === plan.policy.version;
    return holdNarrowing(plan, ({ id, arn }: DatabasePlan): Diagnostic | undefined => {
      const place = placeIn(rollout, { id, arn, tags: tags.get(arn) ?? {} }, settings);
      const isOpen = isCurrent && rollout.halted === undefined && place <= rollout.open;
      return isOpen ? undefined : waits(id, `Wave "${names[place]}"`, rollout, isCurrent);
    });
  };
}

function waits(id: string, wave: string, rollout: Rollout | undefined, isCurrent: boolean): Diagnostic {
  const why =
    rollout?.halted !== undefined
      ? `The rollout is halted: ${rollout.halted.finding.what}`
      : isCurrent
        ? "Earlier waves are not through, or not watched for long enough"
        : "This version of policy has not been looked at with all databases yet";
  return {
    code: "WAVE_WAITS",
    what: `What policy takes away at database "${id}" waits. ${wave} is not open`,
    why,
    fix: `Nothing, unless the rollout is halted; "moat waves" says how far it is, and "moat apply" waits for nobody`,
  };
}
