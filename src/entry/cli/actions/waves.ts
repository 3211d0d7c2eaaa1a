import { type AwsClients, awsClients } from "../../../adapters/aws/aws-clients.ts";
import { s3VersionedText } from "../../../adapters/aws/s3-text.ts";
import { folderOf, parseS3Uri } from "../../../adapters/aws/s3-uri.ts";
import { parseRollout, rolloutText } from "../../../adapters/file/rollout-text.ts";
import { acknowledgeRollout, type Rollout } from "../../../core/guard/rollout.ts";
import type { VersionedText } from "../../../ports/versioned-text.ts";
import type { CliContext } from "../context.ts";
import { CliProblem } from "../problem.ts";
import { rolloutLines } from "../render/rollout-text.ts";

export interface WavesOptions {
  readonly state: string;
  readonly region?: string;
  readonly acknowledge?: string;
  readonly json: boolean;
}

/** Others that write at the same moment are let past so often. */
const TRIES = 5;

/** Shows how far the rollout is, and takes a person's word for what it waits for. */
export async function runWaves(context: CliContext, options: WavesOptions): Promise<void> {
  const uri = parseS3Uri(options.state);
  if (!uri.ok) throw new CliProblem(uri.error);
  const regional = options.region === undefined ? {} : { region: options.region };
  const clients: AwsClients = awsClients({ env: context.env, ...regional });
  try {
    const { bucket, prefix } = uri.value;
    const book = s3VersionedText(clients, { bucket, key: `${folderOf(prefix)}rollout.json` });
    const { acknowledge } = options;
    const rollout =
      acknowledge === undefined
        ? (await read(book, options.state)).rollout
        : await acknowledged(book, options.state, acknowledge, context.clock.now());
    show(context, options, rollout);
  } finally {
    clients.close();
  }
}

function show(context: CliContext, { json }: WavesOptions, rollout: Rollout): void {
  if (json) context.out(`{"version":1,"kind":"waves","rollout":${rolloutText(rollout)}}`);
  else context.out(rolloutLines(rollout, context.style).join("\n"));
  if (rollout.halted !== undefined || rollout.unsure !== undefined) context.exit(3);
}

async function read(
  book: VersionedText,
  state: string,
): Promise<{ readonly rollout: Rollout; readonly version: string }> {
  const found = await book.read();
  const rollout = found === undefined ? undefined : parseRollout(found.text);
  if (found !== undefined && rollout !== undefined) return { rollout, version: found.version };
  throw new CliProblem({
    code: "WAVES_UNKNOWN",
    what: `Below "${state}" nothing is remembered of a rollout`,
    why: 'The function "sweep" writes it with each look at all accounts, where MOAT_WAVES is set',
    fix: "Name the value of MOAT_STATE, and wait for the next sweep",
  });
}

async function acknowledged(
  book: VersionedText,
  state: string,
  token: string,
  nowMs: number,
): Promise<Rollout> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { rollout, version } = await read(book, state);
    const next = acknowledgeRollout(rollout, token, nowMs);
    if (next === undefined) throw otherToken(rollout, token);
    if (await book.write(rolloutText(next), version)) return next;
  }
  throw new Error(`The state of the rollout was written by others ${TRIES} times in a row`);
}

function otherToken({ halted, unsure }: Rollout, token: string): CliProblem {
  const awaited = halted?.token ?? (unsure === undefined ? undefined : "unsure");
  return new CliProblem({
    code: "WAVES_TOKEN",
    what: `The rollout does not wait for "${token}"`,
    why:
      awaited === undefined
        ? "It waits for nobody's word"
        : "Something else has come about since; whoever acknowledges it has to have seen it",
    fix: 'Look at "moat waves" again',
  });
}
