import { type Command, Option } from "commander";

/** Options that every command which reads the world shares. */
export interface SourceOptions {
  readonly aws?: string;
  readonly region?: string;
  readonly policy?: string;
  readonly flows?: readonly string[];
  readonly history?: string;
  /** Fields of flow logs without a header; `flows` and `history ingest` have it. */
  readonly logFormat?: string;
  readonly config?: string;
  readonly owner?: string;
  readonly acknowledge?: readonly string[];
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Adds them to a command: to each the same, so that one line of options serves them all. */
export function withSources(command: Command): Command {
  return command
    .addOption(
      new Option("--aws <source>", "live, sandbox, or a folder of saved AWS answers").env("MOAT_AWS"),
    )
    .addOption(new Option("--region <region>", "AWS region (else AWS_REGION, profile)").env("MOAT_REGION"))
    .addOption(
      new Option("--policy <source>", "URL of a PCE, a folder of its collections, or a policy file").env(
        "MOAT_POLICY",
      ),
    )
    .option("--flows <source...>", "flow logs: files, folders, s3:// prefixes, - for standard input")
    .addOption(
      new Option("--history <place>", "history of flows: a folder or an s3:// prefix").env("MOAT_HISTORY"),
    )
    .addOption(
      new Option("--config <file>", "configuration (default: moat.yaml, if there is one)").env("MOAT_CONFIG"),
    )
    .addOption(new Option("--owner <name>", "name of this installation (default: moat)").env("MOAT_OWNER"))
    .option("--json", "print JSON for programs");
}
