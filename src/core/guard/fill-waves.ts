import { digest } from "../digest.ts";
import type { Rollout, RolloutDatabase } from "./rollout.ts";
import { type Placed, type WaveSettings, wavePlace } from "./waves.ts";

/** Waves as they are filled for the databases that there are. */
interface FilledWaves {
  /** Databases that go in an earlier wave than their fingerprint says, by ARN. */
  readonly promoted: ReadonlyMap<string, number>;
  /** Waves between the canaries and the last one that no database is left for: they are passed over. */
  readonly empty: readonly number[];
}

/**
 * Sees to it that no wave between the canaries and the last one is without a database while a later one has two or more:
 * where shares are small and databases few, the first waves would show nothing, and then all be changed at once. The one
 * next in the order of fingerprints goes ahead. Canaries are named by people; nobody is made one.
 *
 * @param last place of the last wave
 */
export function fillWaves(
  databases: readonly Pick<RolloutDatabase, "arn" | "place">[],
  last: number,
): FilledWaves {
  const later = databases
    .filter(({ place }) => place > 0)
    .map(({ arn, place }) => ({ arn, place, at: digest(arn) }))
    .sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at)));
  const promoted = new Map<string, number>();
  const empty: number[] = [];
  const placeOf = ({ arn, place }: (typeof later)[number]): number => promoted.get(arn) ?? place;
  for (let wave = 1; wave < last; wave += 1) {
    if (later.some((database) => placeOf(database) === wave)) continue;
    const [next, another] = later.filter((database) => placeOf(database) > wave);
    if (next === undefined || another === undefined) empty.push(wave);
    else promoted.set(next.arn, wave);
  }
  return { promoted, empty };
}

/** The wave of a database, as the rollout has filled the waves; by its fingerprint where nobody has looked at all yet. */
export const placeIn = (rollout: Rollout | undefined, database: Placed, settings: WaveSettings): number =>
  Math.min(wavePlace(database, settings), rollout?.promoted?.get(database.arn) ?? Number.POSITIVE_INFINITY);
