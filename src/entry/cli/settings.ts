import type { WaveSettings } from "../../core/guard/waves.ts";
import type { PlanSettings } from "../../core/plan/world.ts";
import { readConfig } from "./config.ts";
import type { Config } from "./config-schema.ts";
import type { SourceOptions } from "./source-options.ts";

/** Options after the configuration file has filled the gaps. */
export interface Settings {
  readonly config: Config;
  readonly aws: string;
  readonly region: string | undefined;
  readonly policy: string | undefined;
  readonly flows: readonly string[] | undefined;
  /** A folder or an `s3://` prefix. */
  readonly history: string | undefined;
  readonly plan: PlanSettings;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** Waves as the configuration asks for them; `undefined` when it does not. */
export function waveSettings({ waves }: Config): WaveSettings | undefined {
  if (waves === undefined) return undefined;
  const { canary, percent, watchMinutes, mostRejects } = waves;
  const watch = { forMs: 60_000 * watchMinutes, mostRejects };
  return { canary, percent, ...(watchMinutes === 0 ? {} : { watch }) };
}

/** Command line first, then environment, then `moat.yaml`, then defaults. */
export async function readSettings(options: SourceOptions): Promise<Settings> {
  const config = await readConfig(options.config);
  const flows = options.flows ?? (config.flows.length > 0 ? config.flows : undefined);
  const databases = Object.fromEntries(
    Object.entries(config.databases).map(([id, entry]) => [id, entry.mode]),
  );
  const adopt = Object.fromEntries(
    Object.entries(config.databases).flatMap(([id, { group }]) => (group === undefined ? [] : [[id, group]])),
  );
  return {
    config,
    aws: options.aws ?? config.aws ?? "live",
    region: options.region ?? config.region,
    // An empty variable is one that is not set.
    policy: options.policy || config.policy,
    flows,
    history: options.history || config.history,
    plan: {
      owner: options.owner ?? config.owner,
      modes: { default: config.mode, databases },
      acknowledged: new Set(options.acknowledge ?? []),
      shrinkPercent: config.shrinkPercent,
      rdsConnect: config.rdsConnect,
      adopt,
      ...(config.slack === undefined ? {} : { slack: { maxAddresses: BigInt(config.slack.maxAddresses) } }),
    },
    json: options.json ?? false,
    verbose: options.verbose ?? false,
  };
}
