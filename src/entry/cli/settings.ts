import type { AthenaSettings } from "../../adapters/history/athena-query.ts";
import { parseLogFormat } from "../../core/flow/log-format.ts";
import type { LogFormats } from "../../core/flow/timed-text.ts";
import type { WaveSettings } from "../../core/guard/waves.ts";
import type { EgressSettings, PlanSettings } from "../../core/plan/world.ts";
import { readConfig } from "./config.ts";
import type { Config } from "./config-schema.ts";
import { CliProblem } from "./problem.ts";
import type { SourceOptions } from "./source-options.ts";

/** Options after the configuration file has filled the gaps. */
export interface Settings {
  readonly config: Config;
  readonly aws: string;
  readonly region: string | undefined;
  readonly policy: string | undefined;
  readonly flows: readonly string[] | undefined;
  /** What flow logs without a header may be in, if somebody said so. */
  readonly flowFormats: LogFormats | undefined;
  /** A folder or an `s3://` prefix. */
  readonly history: string | undefined;
  /** Set where a history in S3 is to be asked through Athena. */
  readonly athena: AthenaSettings | undefined;
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
    flowFormats: formatsOf(options.logFormat ?? config.flowFormat),
    ...historyOf(options, config),
    plan: {
      owner: options.owner ?? config.owner,
      modes: { default: config.mode, databases },
      acknowledged: new Set(options.acknowledge ?? []),
      shrinkPercent: config.shrinkPercent,
      rdsConnect: config.rdsConnect,
      groupReferences: config.securityGroupReferences,
      egress: { default: config.egress, databases: egressOf(config) },
      adopt,
      ...(config.slack === undefined ? {} : { slack: { maxAddresses: BigInt(config.slack.maxAddresses) } }),
    },
    json: options.json ?? false,
    verbose: options.verbose ?? false,
  };
}

const egressOf = ({ databases }: Config): EgressSettings["databases"] =>
  Object.fromEntries(
    Object.entries(databases).flatMap(([id, { egress }]) => (egress === undefined ? [] : [[id, egress]])),
  );

function formatsOf(text: string | undefined): LogFormats | undefined {
  if (text === undefined) return undefined;
  const format = parseLogFormat(text);
  if (!format.ok) throw new CliProblem(format.error);
  return [format.value];
}

/** Another place than the configured one is asked in the same way, unless it is none for Athena. */
function historyOf(options: SourceOptions, { history }: Config): Pick<Settings, "history" | "athena"> {
  const entry = typeof history === "string" ? { place: history } : history;
  const place = options.history || entry?.place;
  if (entry === undefined || !("engine" in entry) || entry.engine !== "athena" || !place?.startsWith("s3://"))
    return { history: place, athena: undefined };
  const { database = "", workgroup, output, deadlineSeconds } = entry;
  return {
    history: place,
    athena: {
      database,
      ...(workgroup === undefined ? {} : { workgroup }),
      ...(output === undefined ? {} : { output }),
      deadlineMs: 1000 * deadlineSeconds,
    },
  };
}
