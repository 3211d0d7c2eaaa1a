import { join } from "node:path";
import { awsInventorySource } from "../../../adapters/aws/aws-inventory-source.ts";
import { writeAwsFolder } from "../../../adapters/file/aws-folder-writer.ts";
import { writePolicyFolder } from "../../../adapters/file/policy-folder-writer.ts";
import { createPceClient, type PceClientOptions } from "../../../adapters/pce/pce-client.ts";
import { readPce } from "../../../adapters/pce/pce-read.ts";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { CliContext } from "../context.ts";
import { CliProblem, diagnosticOf } from "../problem.ts";
import { problemText } from "../render/problem-text.ts";
import { counted } from "../render/quantity.ts";
import { readSettings, type Settings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";
import { type AwsSource, openAws } from "../wire/aws-source.ts";
import { pceOptions } from "../wire/policy-source.ts";

export interface SnapshotOptions extends SourceOptions {
  readonly draft?: boolean;
}

/** One half of a snapshot: written, or why not. */
interface Part {
  readonly name: "aws" | "pce";
  readonly folder: string;
  readonly files: number;
  readonly problem?: Diagnostic;
}

const READ_TIMEOUT_MS = 900_000;

/** Saves what AWS and the PCE answer; where one of them fails the other is saved all the same. */
export async function runSnapshot(
  context: CliContext,
  folder: string,
  options: SnapshotOptions,
): Promise<void> {
  const settings = await readSettings(options);
  const wantsAws = (options.aws ?? settings.config.aws) !== undefined;
  // A policy file that moat.yaml names is no PCE, and no snapshot is needed of it.
  const wantsPce =
    settings.policy === undefined
      ? settings.aws === "sandbox"
      : options.policy !== undefined || /^https?:\/\//.test(settings.policy);
  if (!wantsAws && !wantsPce) throw nothingAsked();
  const source = await openAws(settings.aws, settings.region, context.env, settings.config.callPercent);
  const parts: Part[] = [];
  try {
    const version = options.draft === true ? "draft" : "active";
    if (wantsAws) parts.push(await part("aws", join(folder, "aws"), (to) => saveAws(source, to)));
    if (wantsPce)
      parts.push(
        await part("pce", join(folder, "pce"), async (to) =>
          savePce(await pceBehind(context, settings, source), version, to),
        ),
      );
  } finally {
    await source.close();
  }
  show(context, settings, parts);
}

async function part(
  name: Part["name"],
  folder: string,
  save: (folder: string) => Promise<number>,
): Promise<Part> {
  try {
    return { name, folder, files: await save(folder) };
  } catch (error) {
    const problem = diagnosticOf(error);
    if (problem === undefined) throw error;
    return { name, folder, files: 0, problem };
  }
}

async function saveAws({ clients, inventory }: AwsSource, folder: string): Promise<number> {
  if (clients === undefined) throw alreadySaved(inventory.name);
  const answers = await awsInventorySource(clients).readAnswers();
  return (await writeAwsFolder(folder, answers)).length;
}

async function pceBehind(
  context: CliContext,
  settings: Settings,
  source: AwsSource,
): Promise<PceClientOptions> {
  const { policy } = settings;
  if (policy === undefined && source.sandbox !== undefined) return source.sandbox.pce;
  if (policy === undefined || !/^https?:\/\//.test(policy)) throw alreadySaved(policy ?? "the policy");
  return pceOptions(policy, context.env, source.clients);
}

async function savePce(
  options: PceClientOptions,
  version: "active" | "draft",
  folder: string,
): Promise<number> {
  const read = await readPce(createPceClient(options), version, READ_TIMEOUT_MS);
  return (await writePolicyFolder(folder, read)).files.length;
}

function show(context: CliContext, settings: Settings, parts: readonly Part[]): void {
  if (settings.json) context.out(JSON.stringify({ version: 1, kind: "snapshot", parts }, null, 2));
  for (const { name, folder, files, problem } of parts) {
    if (problem !== undefined) {
      context.progress(problemText(problem, context.progressStyle.red(`✗ ${name}:`), context.progressStyle));
      context.exit(1);
    } else if (!settings.json) context.out(`✓ ${folder}: ${counted(files, "file")}`);
  }
  const use = parts.map(({ name, folder }) => `--${name === "aws" ? "aws" : "policy"} ${folder}`).join(" ");
  if (!settings.json && parts.every((p) => p.problem === undefined))
    context.out(`Use it with: moat plan ${use}`);
}

const nothingAsked = (): CliProblem =>
  new CliProblem({
    code: "SNAPSHOT_OF_NOTHING",
    what: "Nothing was named that could be saved",
    why: "A snapshot is of what --aws and --policy name, and of nothing else",
    fix: "Add --aws live, or --policy with the URL of a PCE, or both",
  });

const alreadySaved = (name: string): CliProblem =>
  new CliProblem({
    code: "SNAPSHOT_OF_SNAPSHOT",
    what: `${name} is a folder already`,
    why: "A snapshot is taken of what is live",
    fix: "Copy the folder, or name a live source",
  });
