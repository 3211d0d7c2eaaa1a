import { digest } from "../digest.ts";
import type { DatabasePlan, Plan } from "../plan/plan.ts";

/** In which order many databases are changed. */
export interface WaveSettings {
  /** Ids of the databases that go first, and alone. */
  readonly canary: readonly string[];
  /** Shares of the databases to change, in percent, that are done after each further wave; ascending. */
  readonly percent: readonly number[];
  /** How clients are watched between waves; absent: they are not. */
  readonly watch?: WaveWatchSettings;
}

/** When refused clients stop a rollout. */
export interface WaveWatchSettings {
  /** Milliseconds after each wave in which flow logs are looked at. 0: nobody looks. */
  readonly forMs: number;
  /** REJECT records of one consumer at one database that are not yet a rise. */
  readonly mostRejects: number;
}

/** Tag by which a database's owner puts it into the first wave of the cloud: `canary`. */
export const WAVE_TAG = "moat:wave";

/** Name of the wave of databases that somebody tampered with. */
export const REPAIRS = "repairs";

/** The databases of one wave, by ARN. */
export interface Wave {
  readonly name: string;
  readonly arns: readonly string[];
}

/**
 * Divides the databases that a plan would change into waves. Repairs are no rollout: a database that somebody tampered
 * with is in the first wave, whatever its id. The canaries follow, then the rest by shares, spread by a fingerprint of
 * the ARN so that a wave is no single team's. Waves that would be empty are left out.
 */
export function wavesOf(plan: Plan, { canary, percent }: WaveSettings): readonly Wave[] {
  const pending = plan.databases.filter((d) => d.steps.length > 0);
  const repairs = pending.filter(isRepair);
  const first = pending.filter((d) => !isRepair(d) && canary.includes(d.id));
  const rest = pending
    .filter((d) => !isRepair(d) && !canary.includes(d.id))
    .sort((a, b) => (spread(a) < spread(b) ? -1 : 1));
  const waves = [wave(REPAIRS, repairs), wave("canary", first)];
  let done = 0;
  for (const share of sharesOf(percent)) {
    const upTo = Math.ceil((rest.length * share) / 100);
    waves.push(wave(`${share} %`, rest.slice(done, upTo)));
    done = Math.max(done, upTo);
  }
  return waves.filter(({ arns }) => arns.length > 0);
}

/** All in the end, whatever the shares. */
const sharesOf = (percent: readonly number[]): readonly number[] =>
  percent.at(-1) === 100 ? percent : [...percent, 100];

/** What decides the place of a database. */
export interface Placed {
  readonly id: string;
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The wave of a database, 0 for the canaries, as an index of {@link waveNames}. It follows from the database and the
 * settings alone, so that functions which share nothing agree, and other databases that come or go move nobody.
 */
export function wavePlace({ id, arn, tags }: Placed, { canary, percent }: WaveSettings): number {
  if (canary.includes(id) || tags[WAVE_TAG] === "canary") return 0;
  const at = (100 * Number.parseInt(digest(arn).slice(0, 8), 16)) / 2 ** 32;
  return 1 + sharesOf(percent).findIndex((share) => at < share);
}

/** Names of the places, in the order of the waves. */
export const waveNames = ({ percent }: WaveSettings): readonly string[] => [
  "canary",
  ...sharesOf(percent).map((share) => `${share} %`),
];

const isRepair = (database: DatabasePlan): boolean => database.drift.some((d) => !d.left);
const spread = (database: DatabasePlan): string => digest(database.arn);
const wave = (name: string, databases: readonly DatabasePlan[]): Wave => ({
  name,
  arns: databases.map((d) => d.arn),
});

/** A plan in which only the databases of some ARNs have steps; the others wait. */
export function onlyOf(plan: Plan, arns: readonly string[]): Plan {
  const among = new Set(arns);
  const databases = plan.databases.map((d) => (among.has(d.arn) ? d : { ...d, steps: [] }));
  return { ...plan, databases };
}
