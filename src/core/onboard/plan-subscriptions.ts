import type { Database, Inventory, NetworkInterface } from "../inventory/model.ts";
import { OWNER_TAG } from "../inventory/ownership.ts";
import { fittingInterfaces } from "./fitting-interfaces.ts";
import { type FlowLog, type FlowLogScope, isUseful } from "./flow-log.ts";
import { sharedResources } from "./shared-subnets.ts";

/** What subscriptions should be like. */
export interface SubscriptionSettings {
  readonly owner: string;
  readonly scope: FlowLogScope;
  /** ARN of the bucket, with a folder if there is one. Absent: nothing is made, and what is there will do. */
  readonly bucket?: string;
  readonly format: string;
}

/** A resource that gets a subscription, and why. */
export interface NewSubscription {
  readonly resourceId: string;
  /** What the resource is: an interface where the subnet or VPC is another account's. */
  readonly scope: FlowLogScope;
  /** Ids of the databases whose traffic it sees. */
  readonly databases: readonly string[];
}

export interface OldSubscription {
  readonly flowLogId: string;
  readonly resourceId: string;
  readonly why: string;
}

/** Which subscriptions to make and to take away. New ones come first, so that no traffic goes unseen meanwhile. */
export interface SubscriptionPlan {
  readonly create: readonly NewSubscription[];
  /** Ours that are of no use any more. */
  readonly remove: readonly OldSubscription[];
  /** Resources that are seen already, by our subscriptions or by somebody else's. */
  readonly kept: readonly {
    readonly resourceId: string;
    readonly flowLogId: string;
    readonly ours: boolean;
  }[];
  /** Subnets or VPCs that were wanted and are another account's, with that account. */
  readonly shared: readonly (readonly [resourceId: string, ownerId: string])[];
}

/**
 * Compares the subscriptions that the databases need with those that exist. A resource counts as seen when a useful log
 * of it, its subnet or its VPC goes to the same bucket, whoever made it. An RDS interface that was replaced has taken
 * its subscription with it: the new one simply has none yet.
 *
 * @param see databases that are to be seen
 * @param keep further ones: what sees them stays, and nothing is made for them
 */
export function planSubscriptions(
  inventory: Inventory,
  { see, keep }: { readonly see: readonly Database[]; readonly keep: readonly Database[] },
  logs: readonly FlowLog[],
  settings: SubscriptionSettings,
): SubscriptionPlan {
  const shared = settings.scope === "interface" ? new Map<string, string>() : sharedResources(inventory);
  const { wanted, avoided } = wantedResources(inventory, [...see, ...keep], settings.scope, shared);
  const toSee = new Set(see.map(({ id }) => id));
  const around = surroundings(inventory);
  const create: NewSubscription[] = [];
  const kept: { resourceId: string; flowLogId: string; ours: boolean }[] = [];
  const used = new Set<string>();
  for (const [resourceId, ids] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const log = seeing(logs, [resourceId, ...(around.get(resourceId) ?? [])], settings);
    if (log === undefined && ![...ids].some((id) => toSee.has(id))) continue;
    if (log === undefined)
      create.push({ resourceId, scope: scopeOf(resourceId, settings), databases: [...ids].sort() });
    else {
      used.add(log.flowLogId);
      kept.push({ resourceId, flowLogId: log.flowLogId, ours: isOurs(log, settings) });
    }
  }
  const remove = logs.flatMap((log) =>
    isOurs(log, settings) && !used.has(log.flowLogId)
      ? [{ flowLogId: log.flowLogId, resourceId: log.resourceId, why: whyNot(log, wanted, settings) }]
      : [],
  );
  return { create, remove, kept, shared: [...shared].filter(([id]) => avoided.has(id)).sort() };
}

const scopeOf = (resourceId: string, { scope }: SubscriptionSettings): FlowLogScope =>
  resourceId.startsWith("eni-") ? "interface" : scope;

const isOurs = (log: FlowLog, { owner }: SubscriptionSettings): boolean => log.tags[OWNER_TAG] === owner;

function whyNot(
  log: FlowLog,
  wanted: ReadonlyMap<string, unknown>,
  { bucket, format }: SubscriptionSettings,
): string {
  if (!wanted.has(log.resourceId)) return "no database is seen there any more";
  if (log.status !== "ACTIVE") return `it delivers nothing (${log.status})`;
  return log.bucket !== bucket || log.format !== format
    ? "it has another format or bucket"
    : "another one sees it";
}

/** The first log that will do; our own must be exactly as wanted, because nobody else changes it for us. */
function seeing(
  logs: readonly FlowLog[],
  resources: readonly string[],
  settings: SubscriptionSettings,
): FlowLog | undefined {
  const willDo = (log: FlowLog): boolean => {
    const { bucket, format } = settings;
    if (bucket === undefined) return true;
    if (isOurs(log, settings))
      return log.resourceId === resources[0] && log.bucket === bucket && log.format === format;
    return bucketOf(log.bucket) === bucketOf(bucket);
  };
  return logs.find((log) => resources.includes(log.resourceId) && isUseful(log) && willDo(log));
}

const bucketOf = (arn: string | undefined): string => arn?.split("/", 1)[0] ?? "";

/** Subnet and VPC of each interface, VPC of each subnet: a log of these sees it too. */
function surroundings(inventory: Inventory): ReadonlyMap<string, readonly string[]> {
  return new Map<string, readonly string[]>([
    ...(inventory.subnets ?? []).map((s) => [s.subnetId, [s.vpcId]] as const),
    ...inventory.networkInterfaces.map((i) => [i.networkInterfaceId, [i.subnetId, i.vpcId]] as const),
  ]);
}

interface Wanted {
  /** Database ids by the resource that sees their traffic. */
  readonly wanted: ReadonlyMap<string, ReadonlySet<string>>;
  /** Subnets and VPCs of others, for which interfaces are wanted instead. */
  readonly avoided: ReadonlySet<string>;
}

function wantedResources(
  { networkInterfaces }: Inventory,
  databases: readonly Database[],
  scope: FlowLogScope,
  shared: ReadonlyMap<string, string>,
): Wanted {
  const wanted = new Map<string, Set<string>>();
  const avoided = new Set<string>();
  const want = (resourceId: string | undefined, database: Database): void => {
    if (resourceId === undefined || resourceId === "") return;
    wanted.set(resourceId, (wanted.get(resourceId) ?? new Set()).add(database.id));
  };
  const interfacesOf = fittingInterfaces(networkInterfaces);
  for (const database of databases) {
    const interfaces = interfacesOf(database);
    const around = surrounding(database, interfaces, scope);
    const others = around.filter((id) => shared.has(id));
    for (const id of around) if (!shared.has(id)) want(id, database);
    for (const id of others) avoided.add(id);
    const unseen = interfaces.filter(
      ({ subnetId, vpcId }) => scope === "interface" || others.includes(subnetId) || others.includes(vpcId),
    );
    for (const each of unseen) want(each.networkInterfaceId, database);
  }
  return { wanted, avoided };
}

/** The subnets or the VPC of a database; nothing where interfaces themselves are wanted. */
function surrounding(
  { vpcId, subnetIds }: Database,
  interfaces: readonly NetworkInterface[],
  scope: FlowLogScope,
): readonly string[] {
  if (scope === "interface") return [];
  if (scope === "subnet") return [...subnetIds, ...interfaces.map((each) => each.subnetId)];
  return vpcId === undefined ? [] : [vpcId];
}
