import type { Attribution, Drift } from "../drift/drift.ts";
import { formatUtc } from "../flow/utc-time.ts";
import type { SecurityGroup } from "../inventory/model.ts";
import type { DatabasePlan, Plan, Refusal } from "../plan/plan.ts";

/** Tag on a managed group: when Moat last repaired something of its database, oldest first. */
export const REPAIRS_TAG = "moat:repairs";
/** Repairs of one database in an hour, after which Moat gives way and asks. */
const MAX_REPAIRS = 6;
const HOUR_S = 3_600;

/** Reads the tag back: those moments that look like ones, RFC 3339, UTC. */
export function repairsOf(groups: readonly SecurityGroup[]): readonly string[] {
  const texts = groups.flatMap((g) => (g.tags[REPAIRS_TAG] ?? "").split(" "));
  return texts.filter((text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text));
}

/** What is known of repairs made before. */
export interface RepairHistory {
  readonly nowSeconds: number;
  /** Moments of repairs by database ARN, from tags and from memory; double ones count once. */
  readonly repairs: ReadonlyMap<string, readonly string[]>;
}

/**
 * Counts repairs, and gives way where somebody undoes them again and again: two programs that each enforce their own
 * truth would go on for ever. Each repair that may be made is written down on the managed group, so that the count
 * outlives this process and is the same for all.
 */
export function guardTugOfWar(plan: Plan, history: RepairHistory): Plan {
  return { ...plan, databases: plan.databases.map((d) => guarded(d, history)) };
}

function guarded(database: DatabasePlan, { nowSeconds, repairs }: RepairHistory): DatabasePlan {
  const drift = repaired(database);
  if (drift.length === 0) return database;
  const since = formatUtc(nowSeconds - HOUR_S);
  const recent = [...new Set(repairs.get(database.arn) ?? [])].filter((at) => at > since).sort();
  if (recent.length >= MAX_REPAIRS)
    return {
      ...database,
      steps: [],
      inSync: false,
      refused: [...database.refused, refusal(database, drift, recent)],
    };
  const [group] = staying(database);
  if (group === undefined) return database;
  const moments = [...recent, formatUtc(nowSeconds)].join(" ");
  const why = `Repair ${recent.length + 1} of at most ${MAX_REPAIRS} in an hour is written down`;
  return {
    ...database,
    steps: [...database.steps, { action: "tag", group, tags: { [REPAIRS_TAG]: moments }, why }],
  };
}

/** Drift that the steps of a plan undo. */
export const repaired = (database: DatabasePlan): readonly Drift[] =>
  database.steps.length === 0 ? [] : database.drift.filter((d) => !d.left);

/** The moment at which a guarded plan writes a repair down; absent where it repairs nothing or has no group to write on. */
export const repairMoment = ({ steps }: DatabasePlan): string | undefined =>
  steps.flatMap((s) => (s.action === "tag" ? (s.tags[REPAIRS_TAG]?.split(" ") ?? []) : [])).at(-1);

const staying = (database: DatabasePlan): readonly string[] => {
  const gone = new Set(database.steps.flatMap((s) => (s.action === "deleteSecurityGroup" ? [s.group] : [])));
  return database.managedGroups.filter((id) => !gone.has(id));
};

function refusal(database: DatabasePlan, drift: readonly Drift[], recent: readonly string[]): Refusal {
  const opponent = drift.flatMap((d) => d.by ?? []).at(-1);
  const [first] = drift;
  return {
    gate: "tugOfWar",
    what: `${opponent === undefined ? "Somebody" : opponentText(opponent)} has undone ${recent.length} repairs of database "${database.id}" within an hour${first === undefined ? "" : `; now: ${first.what}`}`,
    why: "Two programs that each enforce their own truth would go on for ever, so Moat waits until fewer repairs lie within the last hour",
    fix: `${settle(opponent)}, then run "moat apply", or wait until ${laterByAnHour(recent)}`,
  };
}

/** The opponent in words, as `ci/deploy with Terraform`. */
export const opponentText = ({ who, tool }: Attribution): string =>
  tool === "other" ? who : `${who} with ${TOOL_NAMES[tool]}`;

const TOOL_NAMES: Readonly<Record<Attribution["tool"], string>> = {
  terraform: "Terraform",
  opentofu: "OpenTofu",
  pulumi: "Pulumi",
  cloudformation: "CloudFormation",
  firewallManager: "Firewall Manager",
  rds: "RDS itself",
  console: "the console",
  awsCli: "the AWS CLI",
  other: "another program",
};

function settle(opponent: Attribution | undefined): string {
  switch (opponent?.tool) {
    case "terraform":
    case "opentofu":
      return 'Add "lifecycle { ignore_changes = [ingress] }" to the security group, and "ignore_changes = [vpc_security_group_ids]" to the database, in its configuration';
    case "pulumi":
      return "Add \"ignoreChanges\" for the group's ingress and the database's vpcSecurityGroupIds";
    case "cloudformation":
      return "Take the group's rules and the database's VPCSecurityGroups out of the stack's template";
    case "firewallManager":
      return "Exclude the managed groups from the Firewall Manager policy";
    default:
      return "Find out who changes the groups, and have them stop";
  }
}

/** When the oldest of the repairs no longer counts. */
function laterByAnHour(recent: readonly string[]): string {
  const [, day = "", hour = "0", rest = ""] = /^(.*)T(\d\d)(.*)$/.exec(recent[0] ?? "") ?? [];
  const next = Number(hour) + 1;
  return next < 24 ? `${day}T${String(next).padStart(2, "0")}${rest}` : "an hour has passed";
}
