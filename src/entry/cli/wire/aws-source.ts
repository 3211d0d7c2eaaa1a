import { stat } from "node:fs/promises";
import { type AwsClients, awsClients } from "../../../adapters/aws/aws-clients.ts";
import { awsEnforcement } from "../../../adapters/aws/aws-enforcement.ts";
import { awsInventorySource } from "../../../adapters/aws/aws-inventory-source.ts";
import { awsLiveState } from "../../../adapters/aws/aws-live-state.ts";
import { callMeter, DEFAULT_CALL_PERCENT } from "../../../adapters/aws/call-meter.ts";
import { awsFolder } from "../../../adapters/file/aws-folder.ts";
import type { Enforcement } from "../../../ports/enforcement.ts";
import type { InventorySource, LiveState } from "../../../ports/inventory-source.ts";
import { SYSTEM_CLOCK } from "../context.ts";
import { CliProblem } from "../problem.ts";
import type { OpenSandbox } from "./sandbox.ts";

/** An AWS to read, and to write to where it is more than a folder. */
export interface AwsSource {
  readonly inventory: InventorySource;
  /** Absent for a snapshot, which cannot be written to. */
  readonly writable?: { readonly live: LiveState; readonly enforcement: Enforcement };
  readonly clients?: AwsClients;
  /** Set when the embedded sandbox stands behind it. */
  readonly sandbox?: OpenSandbox;
  close(): Promise<void>;
}

/**
 * Opens what `--aws` names: the account of the environment, the sandbox, or a folder of saved answers.
 *
 * @param callPercent share of AWS's call rate that may be taken, in percent
 */
export async function openAws(
  aws: string,
  region: string | undefined,
  env: NodeJS.ProcessEnv,
  callPercent = DEFAULT_CALL_PERCENT,
): Promise<AwsSource> {
  if (aws === "live")
    return liveSource(
      awsClients({
        env,
        meter: callMeter({ percent: callPercent, clock: SYSTEM_CLOCK }),
        ...(region === undefined ? {} : { region }),
      }),
      `live${region === undefined ? "" : ` ${region}`}`,
    );
  if (aws === "sandbox") {
    const { openSandbox } = await import("./sandbox.ts");
    const sandbox = openSandbox();
    return { ...liveSource(sandbox.clients, "sandbox"), sandbox, close: () => sandbox.close() };
  }
  const folder = await stat(aws).catch(() => undefined);
  if (folder?.isDirectory() === true) return { inventory: awsFolder(aws), close: async () => {} };
  throw new CliProblem({
    code: "AWS_SOURCE_UNKNOWN",
    what: `--aws "${aws}" is neither "live" nor "sandbox" nor a folder`,
    why: "Moat reads AWS live, from its embedded sandbox, or from a folder of the JSON that the AWS CLI prints",
    fix: `Give "live", "sandbox" or the path of a folder with describe-db-instances.json`,
  });
}

function liveSource(clients: AwsClients, name: string): AwsSource {
  return {
    inventory: awsInventorySource(clients, name),
    writable: { live: awsLiveState(clients), enforcement: awsEnforcement(clients) },
    clients,
    close: async () => clients.close(),
  };
}

/** The part that writes, or why there is none. */
export function writable(source: AwsSource): { readonly live: LiveState; readonly enforcement: Enforcement } {
  if (source.writable !== undefined) return source.writable;
  throw new CliProblem({
    code: "SNAPSHOT_READ_ONLY",
    what: `${source.inventory.name} is a snapshot`,
    why: "Nothing can be changed in a folder of saved answers",
    fix: `Use --aws live, or --aws sandbox to rehearse`,
  });
}
