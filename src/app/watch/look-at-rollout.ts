import { attemptsInHistory } from "../../core/guard/attempts-in-history.ts";
import { fillWaves } from "../../core/guard/fill-waves.ts";
import { admits, type RisenReject, risenRejects } from "../../core/guard/risen-rejects.ts";
import {
  isAcknowledged,
  nextRollout,
  type Observation,
  type Rollout,
  type RolloutDatabase,
  type RolloutStep,
} from "../../core/guard/rollout.ts";
import { type WaveSettings, type WaveWatchSettings, waveNames } from "../../core/guard/waves.ts";
import type { HistoryRow } from "../../core/history/history-row.ts";
import type { DatabasePlan } from "../../core/plan/plan.ts";
import { expectedProblem } from "../expected-problem.ts";

/** How an installation rolls out. */
export interface RolloutSettings {
  readonly waves: WaveSettings;
  readonly watch: WaveWatchSettings;
}

/** What the history tells of one account and region; see `recentRows`. Moments are seconds since 1970. */
export type RecentHistory = (
  target: { readonly accountId: string; readonly region: string },
  span: { readonly since: number; readonly until: number },
) => Promise<{ readonly rows: readonly HistoryRow[]; readonly latest?: number }>;

/** A database that was narrowed, as it is now. */
export interface NarrowedDatabase extends RolloutDatabase {
  readonly port?: number;
  readonly rules: DatabasePlan["rules"];
  /** Milliseconds since 1970. */
  readonly narrowedAt: number;
}

/** One account and region as a sweep saw it. */
export interface TargetLook {
  readonly accountId: string;
  readonly region: string;
  /** The enforced ones. */
  readonly databases: readonly RolloutDatabase[];
  readonly narrowed: readonly NarrowedDatabase[];
}

/** What looking at a rollout needs. */
export interface RolloutInput {
  readonly settings: RolloutSettings;
  readonly history: RecentHistory;
  readonly before: Rollout | undefined;
  readonly version: string;
  /** When the look was begun, in milliseconds since 1970. */
  readonly at: number;
  readonly looks: readonly TargetLook[];
  /** Accounts and regions that could not be looked at. */
  readonly unseen: readonly string[];
}

/** Nobody waits for a database for longer than so many times the time for which clients are watched. */
const PATIENCE = 4;
/** Accounts and regions whose history is read side by side. */
const AT_ONCE = 4;
/** So much of the past tells how clients fared before. */
const BASELINE_S = 86_400;

/** What a look at a rollout decided. */
export interface RolloutDecision extends RolloutStep {
  /** Names of waves that no database is left for. */
  readonly empty: readonly string[];
}

/**
 * Looks how clients fare where something was taken away, and decides how far the rollout may go. Waves are filled for all
 * databases that are seen.
 */
export async function lookAtRollout(given: RolloutInput): Promise<RolloutDecision> {
  const names = waveNames(given.settings.waves);
  const { promoted, empty } = fillWaves(
    given.looks.flatMap(({ databases }) => databases),
    names.length - 1,
  );
  const input = { ...given, looks: given.looks.map((look) => withPlaces(look, promoted)) };
  const { rollout, late } = await decide(input);
  return {
    rollout: promoted.size === 0 ? rollout : { ...rollout, promoted },
    late,
    empty: empty.flatMap((place) => names[place] ?? []),
  };
}

function withPlaces(look: TargetLook, promoted: ReadonlyMap<string, number>): TargetLook {
  const placed = <T extends RolloutDatabase>(database: T): T => ({
    ...database,
    place: promoted.get(database.arn) ?? database.place,
  });
  return { ...look, databases: look.databases.map(placed), narrowed: look.narrowed.map(placed) };
}

async function decide(input: RolloutInput): Promise<RolloutStep> {
  const { settings, before, version, at, looks, unseen } = input;
  const seen: Watched[] = [];
  for (let from = 0; from < looks.length; from += AT_ONCE)
    seen.push(...(await Promise.all(looks.slice(from, from + AT_ONCE).map((look) => watched(input, look)))));
  const rules = new Map(looks.flatMap((look) => look.narrowed.map((d) => [d.arn, d] as const)));
  return nextRollout(
    before,
    {
      version,
      at,
      waves: waveNames(settings.waves),
      databases: looks.flatMap(({ databases }) => databases),
      unseen,
      observations: seen.flatMap(({ observations }) => observations),
      risen: seen.flatMap(({ risen }) => risen),
      admits: (arn, consumer) => {
        const database = rules.get(arn);
        return database !== undefined && admits(database, consumer);
      },
    },
    PATIENCE * settings.watch.forMs,
  );
}

interface Watched {
  readonly observations: readonly Observation[];
  readonly risen: readonly RisenReject[];
}

/** The state of one narrowed database's observation. */
type Verdict = Pick<Observation, "state" | "why">;

async function watched(input: RolloutInput, look: TargetLook): Promise<Watched> {
  const { settings, before, version, at } = input;
  const { narrowed } = look;
  const observe = (database: NarrowedDatabase, verdict: Verdict): Observation => {
    const { id, arn, place } = database;
    return { id, arn, place, ...verdict };
  };
  const of = (database: NarrowedDatabase): Verdict | undefined => {
    if (isAcknowledged(before, version, database.narrowedAt)) return { state: "watched" };
    return database.inPlace ? undefined : { state: "watching" };
  };
  const judged = narrowed.filter((d) => of(d) === undefined);
  const settled = narrowed.flatMap((d) => {
    const verdict = of(d);
    return verdict === undefined ? [] : [observe(d, verdict)];
  });
  if (judged.length === 0) return { observations: settled, risen: [] };
  const since = judged.reduce((min, d) => Math.min(min, d.narrowedAt), at);
  try {
    const span = { since: Math.floor(since / 1000) - BASELINE_S, until: Math.floor(at / 1000) };
    const told = await input.history(look, span);
    const observations = judged.map((d) => observe(d, verdictOf(d, told, at, settings.watch.forMs)));
    return {
      observations: [...settled, ...observations],
      risen: risenIn(told.rows, judged, settings.watch.mostRejects),
    };
  } catch (error) {
    const problem = expectedProblem(error);
    if (problem === undefined) throw error;
    const why = `${problem.what}. ${problem.why}.`;
    return {
      observations: [...settled, ...judged.map((d) => observe(d, { state: "unsure", why }))],
      risen: [],
    };
  }
}

type Told = Awaited<ReturnType<RecentHistory>>;

/** A database was watched when its flow logs tell of the whole time; after an hour with a gap that time begins anew. */
function verdictOf(
  { narrowedAt }: NarrowedDatabase,
  { rows, latest = 0 }: Told,
  at: number,
  forMs: number,
): Verdict {
  if (at < narrowedAt + forMs) return { state: "watching" };
  const gaps = rows.flatMap((row) => (isGap(row) ? [1000 * (row.hourStart + 3600)] : []));
  const from = gaps.reduce((max, end) => Math.max(max, end), narrowedAt);
  if (at < from + forMs)
    return { state: "unsure", why: "Flow logs of the last hour came cut, or AWS lost records of them." };
  // What is delivered late would tell of the rest of the time.
  if (1000 * latest < from + forMs / 2) return { state: "unsure", why: "No flow log of that time has come." };
  return { state: "watched" };
}

const isGap = ({ rowKind, complete, skipData = 0 }: HistoryRow): boolean =>
  rowKind === "object" && (complete === 0 || skipData > 0);

function risenIn(
  rows: readonly HistoryRow[],
  narrowed: readonly NarrowedDatabase[],
  most: number,
): readonly RisenReject[] {
  const changed = narrowed.flatMap(({ arn, port, narrowedAt }) =>
    port === undefined ? [] : [{ arn, port, since: Math.ceil(narrowedAt / 1000) }],
  );
  const { before, now } = attemptsInHistory(rows, changed);
  return risenRejects(before, now, narrowed, { most, servedBefore: true });
}
