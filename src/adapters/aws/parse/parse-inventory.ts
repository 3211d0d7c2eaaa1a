import type { Diagnostic } from "../../../core/diagnostic.ts";
import type {
  Database,
  Instance,
  Inventory,
  NetworkInterface,
  PrefixList,
  Subnet,
} from "../../../core/inventory/model.ts";
import { DATABASE_TAG } from "../../../core/inventory/ownership.ts";
import type { AwsAnswers } from "./aws-answers.ts";
import { parseDatabases } from "./databases.ts";
import { readInstances } from "./ec2-instance.ts";
import { readNetworkInterface } from "./network-interface.ts";
import { readPrefixList, readPrefixListEntry } from "./prefix-list.ts";
import { parseQuotas } from "./quotas.ts";
import { readEach } from "./read-each.ts";
import { answersScope } from "./scope.ts";
import { parseSecurityGroups, type SecurityGroups } from "./security-groups.ts";
import { readSubnet } from "./subnet.ts";
import { mergeTags, TagItems, toTags } from "./tags.ts";
import { notReadInFull } from "./unsupported.ts";

/**
 * The inventory that the answers describe, each list in the order of its ids. Never fails: what cannot be read is a
 * finding, and a database that hangs on it is `unsupported`.
 */
export function parseInventory(answers: AwsAnswers): Inventory {
  const groups = parseSecurityGroups(answers.securityGroups, answers.securityGroupRules);
  const databases = parseDatabases(answers);
  const unique = firstOfEach(databases.databases);
  const consumers = parseConsumers(answers);
  const prefixLists = parsePrefixLists(answers);
  const scope = answersScope(answers, unique.databases, groups.groups);
  return {
    accountId: scope.accountId,
    region: scope.region,
    databases: unique.databases
      .map((database) => completeDatabase(database, answers, groups))
      .toSorted(by((d) => d.arn)),
    securityGroups: withoutRepeats(groups.groups).toSorted(by((g) => g.groupId)),
    networkInterfaces: withoutRepeats(consumers.networkInterfaces).toSorted(by((i) => i.networkInterfaceId)),
    interfacesListed: answers.networkInterfaces.length > 0,
    instances: withoutRepeats(consumers.instances).toSorted(by((i) => i.instanceId)),
    subnets: withoutRepeats(consumers.subnets).toSorted(by((s) => s.subnetId)),
    consumersUnread: [...(answers.consumersUnread ?? []), ...consumers.findings],
    prefixLists: withoutRepeats(prefixLists.values).toSorted(by((p) => p.prefixListId)),
    quotas: parseQuotas(answers.quotas),
    findings: [
      ...answers.findings,
      ...scope.findings,
      ...databases.findings,
      ...unique.findings,
      ...groups.findings,
      ...consumers.findings,
      ...prefixLists.findings,
    ],
  };
}

/** Pages that overlap tell the same thing twice; said once is enough. */
function withoutRepeats<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function by<T>(key: (value: T) => string): (a: T, b: T) => number {
  return (a, b) => {
    const [x, y] = [key(a), key(b)];
    return x < y ? -1 : Number(x > y);
  };
}

/** Adds what other answers say of a database: its tags, its VPC, and whether its groups could be read. */
export function completeDatabase(database: Database, answers: AwsAnswers, groups: SecurityGroups): Database {
  const listed = TagItems.safeParse(answers.tagLists.get(database.arn));
  const tags = listed.success ? mergeTags(toTags(listed.data), database.tags) : database.tags;
  const vpcId = database.vpcId ?? vpcOfGroups(database, groups);
  const problem = answers.notRead.get(database.arn) ?? unreadGroup(database, groups);
  const unsupported =
    database.unsupported ?? (problem === undefined ? undefined : notReadInFull(database.id, problem));
  return {
    ...database,
    tags,
    ...(vpcId === undefined ? {} : { vpcId }),
    ...(unsupported === undefined ? {} : { unsupported }),
  };
}

function vpcOfGroups(database: Database, groups: SecurityGroups): string | undefined {
  const ids = new Set<string>(database.memberships.map((m) => m.groupId));
  const vpcs = new Set(groups.groups.filter((g) => ids.has(g.groupId)).map((g) => g.vpcId));
  const [only] = vpcs;
  return vpcs.size === 1 ? only : undefined;
}

/** Why a group that the database carries, or that says it is the database's, could not be read. */
function unreadGroup(database: Database, groups: SecurityGroups): Diagnostic | undefined {
  if (groups.unread.size + groups.strays.size === 0) return undefined;
  const carried = [database, ...database.members].flatMap((d) =>
    d.memberships.map((m) => m.groupId as string),
  );
  const marked = groups.groups.filter((g) => g.tags[DATABASE_TAG] === database.arn).map((g) => g.groupId);
  const problems = [...carried, ...marked].flatMap(
    (groupId) => groups.unread.get(groupId) ?? groups.strays.get(groupId) ?? [],
  );
  return problems[0];
}

function firstOfEach(databases: readonly Database[]): {
  readonly databases: readonly Database[];
  readonly findings: readonly Diagnostic[];
} {
  const byArn = new Map<string, Database>();
  const findings: Diagnostic[] = [];
  for (const database of withoutRepeats(databases)) {
    if (!byArn.has(database.arn)) byArn.set(database.arn, database);
    else findings.push(twin(database));
  }
  return { databases: [...byArn.values()], findings };
}

function twin(database: Database): Diagnostic {
  return {
    code: "DATABASE_TWICE",
    what: `Database "${database.id}" (${database.arn}) is listed twice, each time otherwise`,
    why: "An ARN names one object; the first entry counts",
    fix: "Save the answers again, one AWS command for each file",
  };
}

/** Instances, subnets and interfaces: whatever opens connections, and where it stands. */
function parseConsumers(answers: AwsAnswers): {
  readonly networkInterfaces: readonly NetworkInterface[];
  readonly instances: readonly Instance[];
  readonly subnets: readonly Subnet[];
  readonly findings: readonly Diagnostic[];
} {
  const described = readEach(answers.networkInterfaces, "NetworkInterfaces", readNetworkInterface);
  const { instances, interfaces, findings } = readInstances(answers.reservations);
  const subnets = readEach(answers.subnets, "Subnets", readSubnet);
  const known = new Map(interfaces.map((i) => [i.networkInterfaceId, i]));
  for (const value of described.values) known.set(value.networkInterfaceId, value);
  return {
    networkInterfaces: [...known.values()],
    instances,
    subnets: subnets.values,
    findings: [...described.findings, ...findings, ...subnets.findings],
  };
}

function parsePrefixLists(answers: AwsAnswers): {
  readonly values: readonly PrefixList[];
  readonly findings: readonly Diagnostic[];
} {
  const lists = readEach(answers.prefixLists, "PrefixLists", readPrefixList);
  const findings = [...lists.findings];
  const values = lists.values.map((list) => {
    const items = answers.prefixListEntries.get(list.prefixListId);
    if (items === undefined) return list;
    const entries = readEach(items, `PrefixLists "${list.prefixListId}".Entries`, readPrefixListEntry);
    findings.push(...entries.findings);
    // A list that is known in part would be concluded from as if it were whole.
    return entries.findings.length > 0 ? list : { ...list, entries: entries.values };
  });
  return { values, findings };
}
