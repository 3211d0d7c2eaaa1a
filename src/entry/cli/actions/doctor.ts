import { flowLogSubscriptions } from "../../../adapters/aws/flow-log-subscriptions.ts";
import { awsClockOffset, callerIdentity, readTrails } from "../../../adapters/aws/probe-aws.ts";
import { rehearseWrites } from "../../../adapters/aws/rehearse-writes.ts";
import { createPceClient, type PceClientOptions } from "../../../adapters/pce/pce-client.ts";
import { probePce } from "../../../adapters/pce/probe-pce.ts";
import { bad, type Check, type CheckArea, good } from "../../../core/doctor/check.ts";
import { clockCheck } from "../../../core/doctor/clock-checks.ts";
import {
  flowLogChecks,
  modeChecks,
  quotaChecks,
  readingChecks,
} from "../../../core/doctor/inventory-checks.ts";
import { permissionChecks } from "../../../core/doctor/permission-checks.ts";
import { databaseMode } from "../../../core/inventory/mode.ts";
import type { Inventory } from "../../../core/inventory/model.ts";
import { DATABASE_TAG, OWNER_TAG } from "../../../core/inventory/ownership.ts";
import { type CliContext, outLines } from "../context.ts";
import { diagnosticOf } from "../problem.ts";
import { doctorText } from "../render/doctor-text.ts";
import { findingsOcsf } from "../render/finding-ocsf.ts";
import { findingsOfChecks, type Place } from "../render/told-finding.ts";
import { readSettings, type Settings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";
import { type AwsSource, openAws } from "../wire/aws-source.ts";
import { openPolicy, pceOptions } from "../wire/policy-source.ts";

export interface DoctorOptions extends SourceOptions {
  readonly format?: "text" | "json" | "ocsf";
}

/** What was looked at, and where: the account is known once AWS has answered. */
interface AwsLook {
  readonly checks: readonly Check[];
  readonly place: Place;
}

/** Looks at everything that Moat needs; what cannot be looked at is told, and the rest is looked at all the same. */
export async function runDoctor(context: CliContext, options: DoctorOptions): Promise<void> {
  const settings = await readSettings(options);
  const source = await openAws(settings.aws, settings.region, context.env, settings.config.callPercent);
  try {
    const aws = await awsChecks(settings, source);
    const checks = [...aws.checks, ...(await tried("policy", () => policyChecks(context, settings, source)))];
    const failed = checks.some(({ status }) => status === "failed");
    const format = settings.json ? "json" : (options.format ?? "text");
    const text = shown(context, format, checks, { ok: !failed, place: aws.place });
    outLines(context, text);
    context.exit(failed ? 1 : 0);
  } finally {
    await source.close();
  }
}

function shown(
  { style, clock }: CliContext,
  format: "text" | "json" | "ocsf",
  checks: readonly Check[],
  { ok, place }: { readonly ok: boolean; readonly place: Place },
): string {
  switch (format) {
    case "json":
      return JSON.stringify({ version: 1, kind: "doctor", ok, checks }, null, 2);
    case "ocsf":
      return findingsOcsf(findingsOfChecks(checks, place), clock.now());
    case "text":
      return doctorText(checks, style);
  }
}

/** A part that cannot be looked at has failed, and its reason is what there is to tell. */
async function tried(area: CheckArea, look: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await look();
  } catch (error) {
    const problem = diagnosticOf(error);
    if (problem === undefined) throw error;
    return [bad(area, "failed", problem)];
  }
}

/** As {@link tried}, for what Moat can do without. */
async function noted(area: CheckArea, look: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  return (await tried(area, look)).map((check) =>
    check.status === "failed" ? { ...check, status: "warning" as const } : check,
  );
}

async function awsChecks(settings: Settings, source: AwsSource): Promise<AwsLook> {
  const asked: Place = settings.region === undefined ? {} : { region: settings.region };
  const { clients } = source;
  const identity =
    clients === undefined
      ? [good("aws", `${source.inventory.name} is a folder: nothing of it is live`)]
      : await tried("aws", async () => {
          const { arn } = await callerIdentity(clients);
          return [
            good("aws", `AWS answers to ${arn}`),
            ...clockCheck("AWS", -(await awsClockOffset(clients))),
          ];
        });
  if (identity.some(({ status }) => status === "failed")) return { checks: identity, place: asked };
  let inventory: Inventory | undefined;
  const reading = await tried("aws", async () => {
    inventory = await source.inventory.read();
    return readingChecks(inventory);
  });
  if (inventory === undefined) return { checks: [...identity, ...reading], place: asked };
  const live = inventory;
  const checks = [
    ...identity,
    ...reading,
    ...(await liveChecks(settings, source, live)),
    ...quotaChecks(live),
    ...modeChecks(live, settings.plan),
  ];
  return { checks, place: live };
}

async function liveChecks(
  { plan }: Settings,
  { clients }: AwsSource,
  inventory: Inventory,
): Promise<readonly Check[]> {
  if (clients === undefined) return [];
  const enforces = inventory.databases.some((each) => databaseMode(each, plan.modes).mode === "enforce");
  return [
    ...(await tried("permissions", async () =>
      permissionChecks(await rehearseWrites(clients, placesIn(inventory, plan)), enforces),
    )),
    ...(await noted("trail", async () => trailChecks(await readTrails(clients)))),
    ...(await noted("flowLogs", async () =>
      flowLogChecks(inventory, await flowLogSubscriptions(clients).read(), plan.owner),
    )),
  ];
}

function placesIn({ databases, securityGroups }: Inventory, { owner, adopt = {} }: Settings["plan"]) {
  const attached = new Set<string>(databases.flatMap((each) => each.memberships.map((m) => m.groupId)));
  const adopted = new Set(Object.values(adopt));
  const ours = securityGroups.find(
    ({ tags }) => tags[OWNER_TAG] === owner && tags[DATABASE_TAG] !== undefined,
  );
  const theirs = securityGroups.find(
    ({ groupId, tags }) => attached.has(groupId) && tags[OWNER_TAG] === undefined && !adopted.has(groupId),
  );
  const vpcId = databases.find((each) => each.vpcId !== undefined)?.vpcId;
  return {
    owner,
    ...(vpcId === undefined ? {} : { vpcId }),
    ...(ours === undefined ? {} : { ours: ours.groupId as string }),
    ...(theirs === undefined ? {} : { theirs: theirs.groupId as string }),
  };
}

function trailChecks(trails: readonly string[]): readonly Check[] {
  if (trails.length > 0) return [good("trail", `CloudTrail records this region: ${trails.join(", ")}`)];
  return [
    bad("trail", "warning", {
      code: "DOCTOR_NO_TRAIL",
      what: "no trail of CloudTrail records this region",
      why: "Without one no event tells that somebody changed a group: tampering is found by the next sweep only",
      fix: "Make a trail with management events, at best one for all regions of the organisation",
    }),
  ];
}

async function policyChecks(
  context: CliContext,
  settings: Settings,
  source: AwsSource,
): Promise<readonly Check[]> {
  const pce = await pceBehind(context, settings, source);
  if (pce !== undefined) return pceChecks(pce);
  const policy = await openPolicy(settings.policy, context.env, source);
  const { version, ruleSets, complete, problems } = await policy.read("active");
  return [
    good("policy", `${policy.name}: version ${version}, ${ruleSets.length} rule sets`),
    ...problems.map((problem) => bad("policy", complete ? "warning" : "failed", problem)),
  ];
}

async function pceBehind(
  { env }: CliContext,
  { policy }: Settings,
  { clients, sandbox }: AwsSource,
): Promise<PceClientOptions | undefined> {
  if (policy === undefined) return sandbox?.pce;
  return /^https?:\/\//.test(policy) ? pceOptions(policy, env, clients) : undefined;
}

async function pceChecks(options: PceClientOptions): Promise<readonly Check[]> {
  const client = createPceClient(options);
  const { version, seesEvents, answerMs, aheadMs } = await probePce(client);
  return [
    good(
      "policy",
      `PCE ${client.host} answers in ${Math.round(answerMs)} ms; policy version ${version} is in force`,
    ),
    ...(seesEvents
      ? [good("policy", "the API key sees the PCE's events")]
      : [bad("policy", "warning", NO_EVENTS)]),
    ...clockCheck("the PCE", aheadMs),
  ];
}

const NO_EVENTS = {
  code: "DOCTOR_NO_EVENTS",
  what: "the API key may not read the PCE's events",
  why: "A watch then reads all of the policy each time, to find out whether anything changed",
  fix: "Give the key's owner a role that sees events, such as Global Read Only",
};
