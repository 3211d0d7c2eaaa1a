import type { Conversation } from "../core/flow/conversation.ts";
import { numberAt } from "../core/map/column.ts";
import { DECISIONS, type MapConsumer, type MapData, type PolicyDecision } from "../core/map/map-data.ts";
import { readUtc } from "../core/map/read-utc.ts";
import { type Address, addressKey, formatAddress, parseAddress } from "../core/net/address.ts";
import { type AddressSet, contains, toRanges } from "../core/net/address-set.ts";
import { workloadsAt } from "../core/policy/consumer-labels.ts";
import { labelsOf } from "../core/policy/label-values.ts";
import { addressesOfOne } from "../core/policy/workload-addresses.ts";
import { type MapDraft, mapDatabases, plainLabels } from "./map-databases.ts";
import type { MapHistory } from "./map-history.ts";
import type { Planned } from "./plan-databases.ts";

/** Workloads that policy lets into one database and that were never seen there; the others are counted in a note. */
const NEVER_SEEN_PER_DATABASE = 200;

/** Puts what was seen beside what policy says, for the map. */
export function mapData(planned: Planned, draft?: MapDraft, history?: MapHistory): MapData {
  const making = newMaking(planned, draft);
  addSeen(making);
  if (history !== undefined) addHistory(making, history);
  addNeverSeen(making);
  const { index, plan } = planned;
  return {
    version: 1,
    kind: "map",
    policy: plan.policy,
    ...(draft === undefined
      ? {}
      : { draft: { name: draft.name, version: draft.planned.plan.policy.version } }),
    observed: planned.conversations !== undefined || (history?.consumers.length ?? 0) > 0,
    labelKeys: [...new Set(index.catalog.labels.map((label) => label.key))].sort(),
    databases: mapDatabases(planned, draft, history),
    workloads: index.workloads.map((workload) => ({
      name: workload.name ?? workload.hostname ?? workload.href,
      labels: plainLabels(labelsOf(index, [workload])),
    })),
    consumers: making.consumers,
    links: making.links,
    notes: making.notes,
  };
}

interface Making {
  readonly planned: Planned;
  readonly draft: Planned | undefined;
  readonly consumers: MapConsumer[];
  readonly consumerAt: Map<string, number>;
  readonly linkAt: Map<string, number>;
  readonly links: Record<
    "consumer" | "database" | "port" | "accepted" | "rejected" | "first" | "last" | "reported",
    number[]
  > & { draft?: number[] };
  readonly notes: string[];
}

function newMaking(planned: Planned, draft: MapDraft | undefined): Making {
  const columns = {
    consumer: [],
    database: [],
    port: [],
    accepted: [],
    rejected: [],
    first: [],
    last: [],
    reported: [],
  };
  return {
    planned,
    draft: draft?.planned,
    consumers: [],
    consumerAt: new Map(),
    linkAt: new Map(),
    links: draft === undefined ? columns : { ...columns, draft: [] },
    notes: [],
  };
}

function addSeen(making: Making): void {
  const { conversations = [], addresses, plan } = making.planned;
  const at = new Map(plan.databases.map(({ arn }, position) => [arn as string, position]));
  const arns = new Map(addresses.map((each) => [formatAddress(each.address), each.arn]));
  for (const each of addresses) arns.set(`${formatAddress(each.address)} ${each.port}`, each.arn);
  for (const each of conversations) {
    const arn = arns.get(`${each.provider} ${each.port}`) ?? arns.get(each.provider);
    const database = arn === undefined ? undefined : at.get(arn);
    if (database === undefined || (each.protocol ?? "tcp") !== "tcp") continue;
    addConversation(
      making,
      linkFor(making, consumerFor(making, each.consumer), database, each.port ?? 0),
      each,
    );
  }
}

function addConversation({ links }: Making, link: number, each: Conversation): void {
  const column = each.action === "REJECT" ? links.rejected : links.accepted;
  column[link] = numberAt(column, link) + each.records;
  addTimes(links, link, readUtc(each.firstSeen), readUtc(each.lastSeen));
}

/** The history may hold the same records as the flow logs, so of two counts the larger one stands. */
function addHistory(making: Making, { consumers, problem }: MapHistory): void {
  if (problem !== undefined) making.notes.push(`The history could not be read: ${problem}`);
  const at = new Map(making.planned.plan.databases.map(({ arn }, position) => [arn as string, position]));
  const counts = { accepted: new Map<number, number>(), rejected: new Map<number, number>() };
  for (const each of consumers) {
    const database = at.get(each.databaseArn);
    if (database === undefined || (each.protocol ?? "tcp") !== "tcp") continue;
    const link = linkFor(making, consumerFor(making, each.consumer), database, each.port ?? 0);
    const count = each.action === "REJECT" ? counts.rejected : counts.accepted;
    count.set(link, (count.get(link) ?? 0) + each.records);
    addTimes(making.links, link, each.firstSeen, each.lastSeen);
  }
  raise(making.links.accepted, counts.accepted);
  raise(making.links.rejected, counts.rejected);
}

function raise(column: number[], counts: ReadonlyMap<number, number>): void {
  for (const [link, count] of counts) column[link] = Math.max(numberAt(column, link), count);
}

/** Widens the time in which a link was seen: seconds since 1970, 0 where it is not known. */
function addTimes(links: Making["links"], link: number, first: number, last: number): void {
  const before = numberAt(links.first, link);
  if (first > 0 && (before === 0 || first < before)) links.first[link] = first;
  links.last[link] = Math.max(numberAt(links.last, link), last);
}

function consumerFor(
  making: Making,
  address: string,
  workload = workloadAt(making.planned, address),
): number {
  const known = making.consumerAt.get(address);
  if (known !== undefined) return known;
  const position = making.consumers.push(workload === undefined ? { address } : { address, workload }) - 1;
  making.consumerAt.set(address, position);
  return position;
}

function workloadAt({ index }: Planned, address: string): number | undefined {
  const parsed = parseAddress(address);
  const [workload] = parsed.ok ? workloadsAt(index, parsed.value) : [];
  return workload === undefined ? undefined : index.workloadAt.get(workload.href);
}

function linkFor(making: Making, consumer: number, database: number, port: number): number {
  const { links } = making;
  const key = `${consumer} ${database} ${port}`;
  const known = making.linkAt.get(key);
  if (known !== undefined) return known;
  const link = links.consumer.push(consumer) - 1;
  making.linkAt.set(key, link);
  links.database.push(database);
  links.port.push(port);
  for (const zero of [links.accepted, links.rejected, links.first, links.last]) zero.push(0);
  const address = making.consumers[consumer]?.address ?? "";
  links.reported.push(DECISIONS.indexOf(decision(making.planned, making.planned, database, address, port)));
  if (making.draft !== undefined) {
    links.draft?.push(DECISIONS.indexOf(decision(making.draft, making.planned, database, address, port)));
  }
  return link;
}

/** Potentially blocked: nothing is enforced yet at a database in `observe`. */
function decision(
  says: Planned,
  world: Planned,
  database: number,
  address: string,
  port: number,
): PolicyDecision {
  const plan = world.plan.databases[database];
  const answer = plan === undefined ? undefined : says.resolution.databases.get(plan.arn);
  if (plan === undefined || answer === undefined || answer.matched.length === 0) return "unknown";
  const parsed = parseAddress(address);
  if (answer.incomplete.length > 0 || !parsed.ok || plan.port === undefined) return "unknown";
  if (port === plan.port && contains(answer.allowed, parsed.value)) return "allowed";
  return plan.mode === "enforce" ? "blocked" : "potentially_blocked";
}

/** Whom policy lets in although no flow log shows them, workload by workload. */
function addNeverSeen(making: Making): void {
  const { index, plan, resolution } = making.planned;
  const hosts = index.workloads.map((_, at) => firstAddress(addressesOfOne(index.addresses, at, "hosts")));
  for (const [at, database] of plan.databases.entries()) {
    const answers = [resolution, making.draft?.resolution].flatMap(
      (each) => each?.databases.get(database.arn) ?? [],
    );
    const port = database.port ?? 0;
    const unseen = hosts.flatMap((address, workload) => {
      if (address === undefined || !answers.some((answer) => contains(answer.allowed, address))) return [];
      const known = making.consumerAt.get(addressKey(address));
      const seen = known !== undefined && making.linkAt.has(`${known} ${at} ${port}`);
      return seen ? [] : [{ address: addressKey(address), workload }];
    });
    for (const each of unseen.slice(0, NEVER_SEEN_PER_DATABASE)) {
      linkFor(making, consumerFor(making, each.address, each.workload), at, port);
    }
    const left = unseen.length - NEVER_SEEN_PER_DATABASE;
    if (left > 0) making.notes.push(`${database.id}: ${left} more workloads are allowed and were never seen`);
  }
}

function firstAddress(set: AddressSet): Address | undefined {
  const [range] = toRanges(set);
  if (range === undefined) return undefined;
  return range.family === 4 ? { family: 4, value: range.lo } : { family: 6, value: range.lo };
}
