import { parseResourceChange } from "../../src/adapters/aws/parse/resource-change.ts";
import { policyKeeper } from "../../src/app/watch/keep-policy.ts";
import type { SweepSettings } from "../../src/app/watch/survey.ts";
import { type WatchPorts, type WatchRhythm, watch } from "../../src/app/watch/watch.ts";
import type { WatchCounts, WatchEvent } from "../../src/app/watch/watch-event.ts";
import type { Lab } from "./lab.ts";

/** A watch over a lab, with everything that it told. */
export interface LabWatch {
  readonly events: readonly WatchEvent[];
  /** Runs a watch for so many minutes of the lab's time; tells each minute, and each second, as it begins. */
  run(minutes: number, eachMinute?: (minute: number) => void, eachSecond?: () => void): Promise<WatchCounts>;
  /** The events in short, heartbeats left out. */
  told(): readonly string[];
}

export const RHYTHM: WatchRhythm = {
  policyEveryMs: 30_000,
  sweepEveryMs: 300_000,
  heartbeatEveryMs: 3_600_000,
};

// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
const TRAIL_KEEPS_MS = 90 * 86_400_000;

/** What a watch may have besides its lab. */
interface WatchLabOptions
  extends Pick<WatchPorts, "newFlows" | "history" | "logs" | "notice">,
    Partial<Pick<WatchPorts, "audit">> {
  readonly settings?: Pick<SweepSettings, "traffic" | "waves">;
}

/** Watches a lab as `moat watch` does. */
export function watchLab(lab: Lab, rhythm: WatchRhythm = RHYTHM, more: WatchLabOptions = {}): LabWatch {
  const events: WatchEvent[] = [];
  const policy = policyKeeper(lab.policy, () => lab.clock.now());
  const { settings = {}, ...given } = more;
  return {
    events,
    told: () => events.filter((e) => e.kind !== "heartbeat").map(shortly),
    run: (minutes, eachMinute, eachSecond) => {
      const begin = lab.clock.now();
      const minute = (): number => Math.floor((lab.clock.now() - begin) / 60_000);
      let last = -1;
      const ports: WatchPorts = {
        ...lab.ports,
        ...given,
        inventory: lab.inventory,
        clock: {
          now: () => lab.clock.now(),
          sleep: async (ms) => {
            lab.clock.advance(ms);
            eachSecond?.();
            if (minute() === last) return;
            last = minute();
            eachMinute?.(last);
          },
        },
        policy,
        trail: async () =>
          lab.sandbox.cloudTrail.events
            .filter((e) => Date.parse(e.eventTime) > lab.clock.now() - TRAIL_KEEPS_MS)
            .flatMap((e) => parseResourceChange(e) ?? []),
        tell: (event) => void events.push(event),
        stopRequested: () => minute() >= minutes,
        random: () => 0.5,
      };
      return watch(ports, { plan: lab.settings, ...settings }, rhythm);
    },
  };
}

function shortly(event: WatchEvent): string {
  switch (event.kind) {
    case "drift":
      return `drift ${event.drift.kind}${event.drift.by === undefined ? "" : ` by ${event.drift.by.who}`}`;
    case "finding":
      return `finding ${event.finding.code}`;
    case "refused":
      return `refused ${event.refusal.gate}`;
    case "changed":
      return `changed ${event.outcome.status} ${event.outcome.done.map((s) => s.action).join(" ")}`;
    case "problem":
      return `problem ${event.of} ${event.problem.code}`;
    case "recovered":
      return `recovered ${event.of}`;
    default:
      return event.kind;
  }
}
