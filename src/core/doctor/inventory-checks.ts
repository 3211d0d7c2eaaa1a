import { databaseInterfaces } from "../inventory/database-interfaces.ts";
import { databaseMode, type ModeSettings } from "../inventory/mode.ts";
import type { Database, Inventory } from "../inventory/model.ts";
import { isManagedGroupOf } from "../inventory/ownership.ts";
import { type FlowLog, RICH_FORMAT } from "../onboard/flow-log.ts";
import { planSubscriptions } from "../onboard/plan-subscriptions.ts";
import { bad, type Check, good } from "./check.ts";

/** What of AWS could be read, and what is missing for want of a permission. */
export function readingChecks(inventory: Inventory): readonly Check[] {
  const { accountId, region, databases, findings, consumersUnread = [] } = inventory;
  // That quotas could not be read is told with the quotas.
  const unread = [...findings, ...consumersUnread].filter(({ code }) => code !== "QUOTAS_NOT_READ");
  return [
    databases.length === 0
      ? bad("aws", "warning", {
          code: "DOCTOR_NO_DATABASE",
          what: `no database was found in account ${accountId}, region ${region}`,
          why: "Moat looks at one account and region at a time",
          fix: "check --region and the credentials",
        })
      : good("aws", `${databases.length} databases in account ${accountId}, region ${region}`),
    ...unread.map((finding) => bad("permissions", "warning", finding)),
    ...databases.flatMap((database) =>
      database.unsupported === undefined ? [] : [bad("aws", "warning", database.unsupported, database)],
    ),
  ];
}

/** How much of the account's quotas is left. */
export function quotaChecks({ quotas, databases }: Inventory): readonly Check[] {
  const { rulesPerSecurityGroup: rules, securityGroupsPerInterface: groups, source } = quotas;
  const full = databases.filter((d) => d.memberships.length >= groups);
  const said = `${rules} rules a group, ${groups} groups an interface`;
  return [
    source === "service-quotas"
      ? good("quotas", said)
      : bad("quotas", "warning", {
          code: "DOCTOR_QUOTAS_ASSUMED",
          what: `the account's quotas are not known; AWS's defaults are assumed (${said})`,
          why: "With other quotas Moat plans for too few rules, or for more than fit",
          fix: 'Allow the action "servicequotas:GetServiceQuota"',
        }),
    ...full.map((database) =>
      bad(
        "quotas",
        "warning",
        {
          code: "DOCTOR_NO_FREE_SLOT",
          what: `"${database.id}" has ${database.memberships.length} of ${groups} groups`,
          why: "Without a free slot its groups are swapped in one step, not added first and taken away later",
          fix: "Take a group off it that it does not need, or have the quota L-2AFB9258 raised",
        },
        database,
      ),
    ),
  ];
}

/** Whether flow logs see every database. */
export function flowLogChecks(
  inventory: Inventory,
  logs: readonly FlowLog[],
  owner: string,
): readonly Check[] {
  const see = inventory.databases.filter((each) => each.unsupported === undefined);
  if (see.length === 0) return [];
  const settings = { owner, scope: "interface", format: RICH_FORMAT } as const;
  const { create, kept } = planSubscriptions(inventory, { see, keep: [] }, logs, settings);
  const unseen = [...new Set(create.flatMap(({ databases }) => databases))].sort();
  if (unseen.length === 0) return [good("flowLogs", `${kept.length} interfaces of databases are seen`)];
  return [
    bad("flowLogs", "warning", {
      code: "DOCTOR_NOT_SEEN",
      what: `no flow log sees every interface of ${quoted(unseen)}`,
      why: "Who uses a database is known from flow logs only, and so is who would lose access",
      fix: "Run: moat onboard --bucket arn:aws:s3:::BUCKET --dry-run",
    }),
  ];
}

/** Whether the mode that is reported is the one in force, at the database and at its interfaces. */
export function modeChecks(
  inventory: Inventory,
  { owner, modes }: { readonly owner: string; readonly modes: ModeSettings },
): readonly Check[] {
  const interfaces = databaseInterfaces(inventory, owner).certain;
  const supported = inventory.databases.filter((each) => each.unsupported === undefined);
  const perDatabase = supported.map((database): readonly Check[] => {
    const { mode, problem } = databaseMode(database, modes);
    if (problem !== undefined) return [bad("mode", "warning", problem, database)];
    const managed = inventory.securityGroups.filter((group) => isManagedGroupOf(group, database, owner));
    const ours = new Set<string>(managed.map((group) => group.groupId));
    const attached = database.memberships.filter(({ status }) => status !== "removing").map((m) => m.groupId);
    const others = attached.filter((id) => !ours.has(id));
    const astray = (interfaces.get(database.arn) ?? []).filter(
      (each) => [...each.groupIds].sort().join() !== [...new Set(attached as string[])].sort().join(),
    );
    return mode === "enforce"
      ? enforced(database, { isAttached: others.length < attached.length, others, astray: astray.length })
      : observed(database, others.length < attached.length);
  });
  const asReported = perDatabase.filter((of) => of.length === 0).length;
  if (asReported === 0) return perDatabase.flat();
  return [
    good(
      "mode",
      `${asReported} ${asReported === 1 ? "database is" : "databases are"} in the mode that is reported`,
    ),
    ...perDatabase.flat(),
  ];
}

function enforced(
  database: Database,
  { isAttached, others, astray }: { isAttached: boolean; others: readonly string[]; astray: number },
): readonly Check[] {
  const { id } = database;
  const fix = `Run "moat plan" to see what enforcement would change, then "moat apply"`;
  if (!isAttached)
    return [
      bad(
        "mode",
        "warning",
        {
          code: "DOCTOR_NOT_ENFORCED",
          what: `"${id}" is to be enforced, but no group of Moat is attached to it`,
          why: `What is in force are the groups ${others.join(", ") || "(none)"}`,
          fix,
        },
        database,
      ),
    ];
  if (others.length > 0)
    return [
      bad(
        "mode",
        "warning",
        {
          code: "DOCTOR_OTHER_GROUPS",
          what: `"${id}" is enforced, but other groups are attached beside Moat's: ${others.join(", ")}`,
          why: "Groups add up: what one of them lets in comes in",
          fix,
        },
        database,
      ),
    ];
  if (astray === 0) return [];
  return [
    bad(
      "mode",
      "warning",
      {
        code: "DOCTOR_INTERFACE_ASTRAY",
        what: `${astray} interfaces of "${id}" carry other groups than the database`,
        why: "What counts for traffic is the interface; RDS brings them in line within minutes",
        fix: "Look again in a few minutes; if it stays, attach the groups to the database again",
      },
      database,
    ),
  ];
}

function observed(database: Database, isAttached: boolean): readonly Check[] {
  if (!isAttached) return [];
  const { id } = database;
  return [
    bad(
      "mode",
      "warning",
      {
        code: "DOCTOR_STILL_IN_FORCE",
        what: `"${id}" is only observed, but a group of Moat is attached to it`,
        why: "Its rules are in force and nobody keeps them: policy may have changed since",
        fix: `Run "moat mode enforce ${id}", or "moat rollback ${id}" for the original groups`,
      },
      database,
    ),
  ];
}

const SHOWN = 5;

function quoted(ids: readonly string[]): string {
  const names = ids.slice(0, SHOWN).map((id) => `"${id}"`);
  return `${names.join(", ")}${ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : ""}`;
}
