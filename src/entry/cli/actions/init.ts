import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { parsePolicyFile } from "../../../adapters/file/policy-file/parse-policy-file.ts";
import { planDatabases } from "../../../app/plan-databases.ts";
import type { Traffic } from "../../../app/read-traffic.ts";
import type { Inventory } from "../../../core/inventory/model.ts";
import { suggestPolicy } from "../../../core/policy/mapping/suggest/suggest-policy.ts";
import type { CliContext } from "../context.ts";
import { firstConfigText } from "../init/first-config-text.ts";
import { type FirstPolicy, firstPolicyText } from "../init/first-policy-text.ts";
import { type Seen, seenConsumers } from "../init/seen-consumers.ts";
import { readFlows } from "../named-flows.ts";
import { CliProblem } from "../problem.ts";
import { counted } from "../render/quantity.ts";
import { readSettings, type Settings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";
import { openAws } from "../wire/aws-source.ts";

export interface InitOptions extends SourceOptions {
  readonly force?: boolean;
}

const POLICY = "policy.yaml";
const CONFIG = "moat.yaml";
const REFERENCE = resolve(import.meta.dirname, "../../../../docs/reference");

/** Writes a first policy file and configuration, from what AWS and flow logs show. */
export async function runInit(context: CliContext, folder: string, options: InitOptions): Promise<void> {
  if (options.force !== true) refuseToOverwrite(folder);
  const settings = await readSettings(options);
  const source = await openAws(settings.aws, settings.region, context.env, settings.config.callPercent);
  try {
    context.progress(context.progressStyle.dim(`Reading ${source.inventory.name} …`));
    const [inventory, traffic] = await Promise.all([
      source.inventory.read(),
      readFlows(context, settings, source.clients),
    ]);
    const policy = firstPolicy(folder, settings, inventory, traffic);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, POLICY), firstPolicyText(policy));
    await writeFile(join(folder, CONFIG), firstConfigText(config(folder, settings)));
    if (settings.json) context.out(JSON.stringify(document(folder, policy), null, 2));
    else context.out(report(folder, policy));
  } finally {
    await source.close();
  }
}

function refuseToOverwrite(folder: string): void {
  const there = [POLICY, CONFIG].map((name) => join(folder, name)).filter((path) => existsSync(path));
  if (there.length === 0) return;
  throw new CliProblem({
    code: "INIT_FILE_EXISTS",
    what: `${there.map((path) => `"${path}"`).join(" and ")} ${there.length === 1 ? "is" : "are"} there already`,
    why: "What somebody wrote is not overwritten",
    fix: "Name another folder, or add --force to start again",
  });
}

function firstPolicy(
  folder: string,
  settings: Settings,
  inventory: Inventory,
  traffic: Traffic | undefined,
): FirstPolicy {
  const suggestion = suggestPolicy(inventory, settings.plan.owner);
  const policy = { schema: schemaFrom(folder, "policy"), suggestion };
  if (traffic === undefined) return policy;
  return { ...policy, seen: seen(policy, settings, inventory, traffic) };
}

/** The file that would be written labels the consumers in the flow logs. */
function seen(policy: FirstPolicy, settings: Settings, inventory: Inventory, traffic: Traffic): Seen {
  const parsed = parsePolicyFile(firstPolicyText(policy), { file: POLICY, version: "first" });
  if (!parsed.ok) throw new Error(`A first policy file cannot be read: ${parsed.error[0]?.what}`);
  return seenConsumers(planDatabases({ inventory, policy: parsed.value, settings: settings.plan, traffic }));
}

function config(folder: string, settings: Settings) {
  const isPath = settings.aws !== "live" && settings.aws !== "sandbox";
  return {
    schema: schemaFrom(folder, "moat"),
    aws: isPath ? relative(folder, settings.aws) || "." : settings.aws,
    ...(settings.region === undefined ? {} : { region: settings.region }),
    flows: (settings.flows ?? []).map((flow) =>
      flow === "-" || flow.startsWith("s3://") ? flow : relative(folder, flow) || ".",
    ),
  };
}

const schemaFrom = (folder: string, name: string): string =>
  relative(resolve(folder), join(REFERENCE, `${name}.schema.json`));

function report(folder: string, { suggestion, seen: flows }: FirstPolicy): string {
  const { databases, tags, ruleSets } = suggestion;
  const labels = tags.map(({ label, tag }) => `${label} from the tag ${tag}`).join(", ");
  const unlabelled = new Set(
    (flows?.consumers ?? []).filter((s) => Object.keys(s.labels).length === 0).map((s) => s.consumer),
  );
  return [
    `✓ ${join(folder, POLICY)}: ${counted(databases.length, "database")}, ${counted(ruleSets.length, "rule set")}; ${labels === "" ? "no tags that name a role, app or env" : labels}`,
    `✓ ${join(folder, CONFIG)}`,
    ...(unlabelled.size === 0
      ? []
      : [
          `! ${counted(unlabelled.size, "consumer")} without labels: ${[...unlabelled].slice(0, 5).join(", ")}`,
        ]),
    "",
    "Next:",
    `  1. read ${join(folder, POLICY)}: labels of the databases first, then the rules`,
    `  2. moat plan     ${flows === undefined ? "(with --flows it says who would lose access)" : "who would lose access"}`,
    "  3. moat test     once there are tests in the file",
    "  4. moat mode enforce <database>, then moat apply",
  ].join("\n");
}

const document = (folder: string, { suggestion, seen: flows }: FirstPolicy) => ({
  version: 1,
  kind: "init",
  files: [POLICY, CONFIG].map((name) => join(folder, name)),
  databases: suggestion.databases,
  ruleSets: suggestion.ruleSets,
  ...(flows === undefined ? {} : { seen: flows.consumers }),
});
