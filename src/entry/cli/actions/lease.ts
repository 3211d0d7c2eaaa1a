import { changeLease, type LeaseChange, type LeaseReport } from "../../../app/change-lease.ts";
import { findDatabase } from "../../../app/find-database.ts";
import { planDatabases } from "../../../app/plan-databases.ts";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Inventory } from "../../../core/inventory/model.ts";
import type { AddressSet } from "../../../core/net/address-set.ts";
import { type Cidr, parseCidr } from "../../../core/net/cidr.ts";
import { listLeases } from "../../../core/plan/list-leases.ts";
import { stepDocument } from "../../../core/plan/plan-document.ts";
import type { PlanSettings } from "../../../core/plan/world.ts";
import type { CliContext } from "../context.ts";
import { parseDuration } from "../duration.ts";
import { CliProblem } from "../problem.ts";
import { leaseListText } from "../render/lease-text.ts";
import { problemText } from "../render/problem-text.ts";
import { readSettings, type Settings } from "../settings.ts";
import type { SourceOptions } from "../source-options.ts";
import { applyPorts } from "../wire/apply-ports.ts";
import { type AwsSource, openAws } from "../wire/aws-source.ts";
import { openPolicy } from "../wire/policy-source.ts";

export interface LeaseOptions extends SourceOptions {
  readonly for: string;
  readonly reason?: string;
  readonly long?: boolean;
  readonly unchecked?: boolean;
  readonly end?: boolean;
  readonly list?: boolean;
  readonly audit?: string;
}

/** Grants, ends or lists leases. */
export async function runLease(
  context: CliContext,
  who: string | undefined,
  database: string | undefined,
  options: LeaseOptions,
): Promise<void> {
  const settings = await readSettings(options);
  const source = await openAws(settings.aws, settings.region, context.env, settings.config.callPercent);
  try {
    const clock = source.sandbox?.clock ?? context.clock;
    const plan: PlanSettings = { ...settings.plan, nowSeconds: Math.floor(clock.now() / 1000) };
    const inventory = await source.inventory.read();
    if (options.list === true) list(context, settings, inventory, plan);
    else {
      if (who === undefined || database === undefined) throw whoAndWhere();
      const change = await changeOf(context, settings, source, { inventory, who, database, options });
      const ports = applyPorts(context, source, options.audit);
      show(context, settings, await changeLease(ports, inventory, plan, database, change));
    }
  } finally {
    await source.close();
  }
}

function list(context: CliContext, settings: Settings, inventory: Inventory, plan: PlanSettings): void {
  const leases = listLeases(inventory, plan);
  if (settings.json) context.out(JSON.stringify({ version: 1, kind: "leases", leases }, null, 2));
  else context.out(leaseListText(leases, context.style));
}

interface Asked {
  readonly inventory: Inventory;
  readonly who: string;
  readonly database: string;
  readonly options: LeaseOptions;
}

async function changeOf(
  context: CliContext,
  settings: Settings,
  source: AwsSource,
  { inventory, who, database, options }: Asked,
): Promise<LeaseChange> {
  const cidr = cidrOf(who);
  if (options.end === true) return { kind: "end", cidr };
  const seconds = parseDuration(options.for, "--for");
  const denied = await deniedAt(context, settings, source, inventory, database).catch((error: unknown) => {
    if (options.unchecked !== true) throw error;
    context.progress("Policy cannot be read, so its override denies are not checked.");
    return undefined;
  });
  const reason = options.reason === undefined ? {} : { reason: options.reason };
  return { kind: "grant", request: { cidr, seconds, long: options.long === true, denied, ...reason } };
}

/** What override denies of policy name at a database. */
async function deniedAt(
  context: CliContext,
  settings: Settings,
  source: AwsSource,
  inventory: Inventory,
  database: string,
): Promise<AddressSet | undefined> {
  const policy = await (await openPolicy(settings.policy, context.env, source)).read("active");
  const { resolution } = planDatabases({ inventory, policy, settings: settings.plan });
  const found = findDatabase(inventory, database);
  return found.kind === "found" ? resolution.databases.get(found.database.arn)?.overrideDenied : undefined;
}

function cidrOf(text: string): Cidr {
  const cidr = parseCidr(text);
  if (cidr.ok) return cidr.value;
  throw new CliProblem(cidr.error);
}

function show(context: CliContext, settings: Settings, report: LeaseReport): void {
  if (report.kind === "notFound") throw new CliProblem(report.problem);
  if (report.kind === "done" && report.outcome.problem !== undefined)
    throw new CliProblem(report.outcome.problem);
  const refused = report.plan.refused;
  const { until } = report.plan;
  if (settings.json) {
    const steps = report.plan.steps.map(stepDocument);
    const lease = { database: report.id, until: until ?? null, refused, steps };
    context.out(JSON.stringify({ version: 1, kind: "lease", ...lease }, null, 2));
  } else if (refused.length === 0) context.out(doneText(report.id, until));
  else context.out(refused.map((r) => refusedText(context, r)).join("\n"));
  if (refused.length > 0) context.exit(3);
}

const refusedText = (context: CliContext, refusal: Pick<Diagnostic, "what" | "why" | "fix">): string =>
  problemText(refusal, context.style.red("✗ refused:"), context.style);

const doneText = (id: string, until: string | undefined): string =>
  until === undefined
    ? `The lease at ${id} has ended. Sessions that are open now linger until they close.`
    : `The lease at ${id} runs until ${until}; "moat watch" or "moat apply" takes the rule away afterwards.`;

const whoAndWhere = (): CliProblem =>
  new CliProblem({
    code: "LEASE_INCOMPLETE",
    what: "A lease needs an address and a database",
    why: "It lets one client in at one database",
    fix: "Run for example: moat lease 10.0.7.9 orders --for 1h --reason incident-7",
  });
