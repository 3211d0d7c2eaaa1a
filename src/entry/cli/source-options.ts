import { type Command, Option } from "commander";
import type { PlanSettings } from "../../core/plan/world.ts";
import { type Config, readConfig } from "./config.ts";

/** Options that every command which reads the world shares. */
export interface SourceOptions {
  readonly aws?: string;
  readonly region?: string;
  readonly policy?: string;
  readonly flows?: readonly string[];
  readonly config?: string;
  readonly owner?: string;
  readonly acknowledge?: readonly string[];
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Adds them to a command. */
export function withSources(command: Command): Command {
  return command
    .addOption(
      new Option("--aws <source>", "live, sandbox, or a folder of saved AWS answers").env("MOAT_AWS"),
    )
    .addOption(new Option("--region <region>", "AWS region (else AWS_REGION, profile)").env("MOAT_REGION"))
    .addOption(
      new Option("--policy <source>", "URL of a PCE, or a folder of its collections").env("MOAT_POLICY"),
    )
    .option("--flows <source...>", "flow logs: files, folders, s3:// prefixes, - for standard input")
    .addOption(
      new Option("--config <file>", "configuration (default: moat.yaml, if there is one)").env("MOAT_CONFIG"),
    )
    .addOption(new Option("--owner <name>", "name of this installation (default: moat)").env("MOAT_OWNER"))
    .option("--json", "print JSON for programs");
}

/** Options after the configuration file has filled the gaps. */
export interface Settings {
  readonly config: Config;
  readonly aws: string;
  readonly region: string | undefined;
  readonly policy: string | undefined;
  readonly flows: readonly string[] | undefined;
  readonly plan: PlanSettings;
  readonly json: boolean;
  readonly verbose: boolean;
}

/** Command line first, then environment, then `moat.yaml`, then defaults. */
export async function readSettings(options: SourceOptions): Promise<Settings> {
  const config = await readConfig(options.config);
  const flows = options.flows ?? (config.flows.length > 0 ? config.flows : undefined);
  const databases = Object.fromEntries(
    Object.entries(config.databases).map(([id, entry]) => [id, entry.mode]),
  );
  return {
    config,
    aws: options.aws ?? config.aws ?? "live",
    region: options.region ?? config.region,
    policy: options.policy ?? config.policy,
    flows,
    plan: {
      owner: options.owner ?? config.owner,
      modes: { default: config.mode, databases },
      acknowledged: new Set(options.acknowledge ?? []),
      shrinkPercent: config.shrinkPercent,
      ...(config.slack === undefined ? {} : { slack: { maxAddresses: BigInt(config.slack.maxAddresses) } }),
    },
    json: options.json ?? false,
    verbose: options.verbose ?? false,
  };
}
