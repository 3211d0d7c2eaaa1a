import type { AwsClients } from "../../adapters/aws/aws-clients.ts";
import { s3VersionedText } from "../../adapters/aws/s3-text.ts";
import { folderOf, parseS3Uri, type S3Uri } from "../../adapters/aws/s3-uri.ts";
import { s3Store } from "../../adapters/history/s3-store.ts";
import type { RecentHistory, RolloutSettings } from "../../app/watch/look-at-rollout.ts";
import type { VersionedText } from "../../ports/versioned-text.ts";
import { type LambdaEnvironment, needed } from "./environment.ts";

/** What `sweep` and `reconcile` need to take access away in waves. */
export interface KeeperWaves {
  readonly settings: RolloutSettings;
  /** How far the rollout is: `sweep` writes it, `reconcile` reads it. */
  readonly book: VersionedText;
  readonly history: RecentHistory;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Wires the waves that the environment asks for; `undefined` when it asks for none. */
export function keeperWaves(
  env: LambdaEnvironment,
  clients: AwsClients,
  { bucket, prefix }: S3Uri,
): KeeperWaves | undefined {
  if (env.MOAT_WAVES === undefined) return undefined;
  return {
    settings: {
      waves: { canary: words(env.MOAT_WAVE_CANARY), percent: words(env.MOAT_WAVES).map(Number) },
      watch: { forMs: 60_000 * env.MOAT_WAVE_MINUTES, mostRejects: env.MOAT_WAVE_REJECTS },
    },
    book: s3VersionedText(clients, { bucket, key: `${folderOf(prefix)}rollout.json` }),
    history: historyOf(env, clients),
    now: () => Date.now(),
  };
}

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");

/** Parquet is read only where somebody was narrowed. */
function historyOf(env: LambdaEnvironment, clients: AwsClients): RecentHistory {
  const uri = parseS3Uri(needed(env, "MOAT_HISTORY"));
  if (!uri.ok) throw new Error(uri.error.what);
  return async (target, span) => {
    const { recentRows } = await import("../../adapters/history/recent-rows.ts");
    return recentRows(s3Store(clients, uri.value), target, span);
  };
}
