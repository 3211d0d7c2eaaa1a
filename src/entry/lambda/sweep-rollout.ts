import { rolloutText } from "../../adapters/file/rollout-text.ts";
import { rolloutLook } from "../../app/incident/looks.ts";
import {
  lookAtRollout,
  type RolloutDecision,
  type RolloutSettings,
  type TargetLook,
} from "../../app/watch/look-at-rollout.ts";
import { narrowedAfterLook } from "../../app/watch/narrowed-after-look.ts";
import type { SweepSettings } from "../../app/watch/survey.ts";
import type { Rollout } from "../../core/guard/rollout.ts";
import { waveGate } from "../../core/guard/wave-gate.ts";
import { waveNames, wavePlace } from "../../core/guard/waves.ts";
import type { Inventory } from "../../core/inventory/model.ts";
import type { Plan } from "../../core/plan/plan.ts";
import type { Keeper } from "./keeper.ts";
import type { KeeperWaves } from "./keeper-waves.ts";
import { memoryText } from "./memory-text.ts";
import { readRollout } from "./read-rollout.ts";
import type { Target } from "./targets.ts";

interface Seen {
  readonly plan: Plan;
  readonly inventory: Inventory;
}

/** A rollout while a sweep looks at its targets. */
export interface RolloutRun {
  /** What has to wait is not handed over. */
  readonly sweeping: Pick<SweepSettings, "gate">;
  /** What is remembered of narrowed databases once a target was looked at. */
  readonly narrowedAfter: (
    seen: Seen,
    before: ReadonlyMap<string, number> | undefined,
  ) => ReadonlyMap<string, number>;
  /** Takes in what was seen of a target. */
  readonly add: (target: Target, seen: Seen) => Promise<void>;
  /** Decides how far the rollout may go from now on, writes that down, and tells it. */
  readonly end: (unseen: readonly string[]) => Promise<void>;
}

/** Reads how far the rollout is; `undefined` where nothing waits for waves. */
export async function beginRollout(keeper: Keeper, version: string): Promise<RolloutRun | undefined> {
  const { waves, logger } = keeper;
  if (waves === undefined) return undefined;
  const at = waves.now();
  const found = await readRollout(waves.book);
  if (found.problem !== undefined) logger.error("rollout not read", { problem: found.problem });
  const { settings } = waves;
  const looks: TargetLook[] = [];
  return {
    sweeping: { gate: waveGate(found.rollout, settings.waves) },
    narrowedAfter: (seen, before) => {
      if (before === undefined) logger.warn("what was narrowed is not known; all clients are watched anew");
      return narrowedAfterLook(before, { ...seen, settings, at, rollout: found.rollout });
    },
    add: async (target, seen) => {
      // Read after the look: a database that is in place already was written down before it was changed.
      const memory = await keeper.memoryOf(target).read();
      const narrowed = memory === undefined ? undefined : memoryText.read(memory.text).narrowed;
      looks.push(targetLook(target, seen, narrowed ?? new Map(), settings));
    },
    end: async (unseen) => {
      const { rollout, late, empty } = await lookAtRollout({
        settings,
        history: waves.history,
        before: found.rollout,
        version,
        at,
        looks,
        unseen,
      });
      if (found.isRead && !(await waves.book.write(rolloutText(rollout), found.version)))
        logger.warn("rollout written by somebody else meanwhile");
      await tell(keeper, waves, rollout, { late, empty });
    },
  };
}

function targetLook(
  { accountId, region }: Target,
  { plan, inventory }: Seen,
  narrowed: ReadonlyMap<string, number>,
  { waves }: RolloutSettings,
): TargetLook {
  const tags = new Map(inventory.databases.map((d) => [d.arn as string, d.tags]));
  const enforced = plan.databases
    .filter(({ mode }) => mode === "enforce")
    .map(({ id, arn, inSync, refused, rules, port }) => ({
      id,
      arn: arn as string,
      place: wavePlace({ id, arn, tags: tags.get(arn) ?? {} }, waves),
      inPlace: inSync || refused.length > 0,
      rules,
      ...(port === undefined ? {} : { port }),
    }));
  return {
    accountId,
    region,
    databases: enforced.map(({ id, arn, place, inPlace }) => ({ id, arn, place, inPlace })),
    narrowed: enforced.flatMap((database) => {
      const narrowedAt = narrowed.get(database.arn);
      return narrowedAt === undefined ? [] : [{ ...database, narrowedAt }];
    }),
  };
}

/** Databases that a line names; the number of all stands beside them. */
const SHOWN = 20;

async function tell(
  { logger, count, incidents }: Keeper,
  { settings }: KeeperWaves,
  rollout: Rollout,
  { late, empty }: Pick<RolloutDecision, "late" | "empty">,
): Promise<void> {
  const { halted, unsure, version, open, waiting } = rollout;
  const stopped = halted?.finding ?? unsure;
  count("WavesStopped", stopped === undefined ? 0 : 1);
  const line = {
    policy: version,
    open: waveNames(settings.waves)[open],
    waiting: waiting.size,
    ...(empty.length === 0 ? {} : { wavesWithoutDatabases: empty }),
    ...(late.length === 0 ? {} : { lateCount: late.length, late: late.slice(0, SHOWN) }),
    ...(stopped === undefined ? {} : { problem: stopped }),
  };
  if (stopped !== undefined) logger.error("rollout stopped", line);
  else if (late.length > 0) logger.warn("rollout goes on without some", line);
  else logger.info("rollout", line);
  await incidents.tell("hub", rolloutLook(rollout));
}
