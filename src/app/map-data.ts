import type { Conversation } from "../core/flow/conversation.ts";
import type { DatabaseAddress } from "../core/inventory/database-addresses.ts";
import { numberAt } from "../core/map/column.ts";
import type { MapData } from "../core/map/map-data.ts";
import { readUtc } from "../core/map/read-utc.ts";
import { formatAddress } from "../core/net/address.ts";
import { labelsOf } from "../core/policy/label-values.ts";
import { type MapDraft, mapDatabases, plainLabels } from "./map-databases.ts";
import type { MapHistory } from "./map-history.ts";
import { addTimes, consumerFor, linkFor, type Making, newMaking } from "./map-making.ts";
import { addNeverSeen } from "./map-never-seen.ts";
import type { Planned } from "./plan-databases.ts";

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

function addSeen(making: Making): void {
  const { conversations = [], addresses, plan } = making.planned;
  const at = new Map(plan.databases.map(({ arn }, position) => [arn as string, position]));
  const { arns, shared } = answering(addresses);
  const arnOf = ({ provider, port }: Conversation): string | undefined =>
    arns.get(`${provider} ${port}`) ?? arns.get(provider);
  const tcp = conversations.filter(({ protocol = "tcp" }) => protocol === "tcp");
  for (const each of tcp) {
    const database = at.get(arnOf(each) ?? "");
    if (database === undefined) continue;
    const link = linkFor(making, consumerFor(making, each.consumer), database, each.port ?? 0);
    addConversation(making, link, each);
  }
  const undecided = tcp.filter((each) => arnOf(each) === undefined && shared.has(each.provider));
  if (undecided.length > 0) making.notes.push(undecidedText(undecided));
}

/** Whose an address and port is, and whose an address: of several databases that fit one, only the port tells. */
function answering(addresses: readonly DatabaseAddress[]) {
  const arns = new Map<string, string>();
  const shared = new Set<string>();
  for (const each of addresses) {
    const address = formatAddress(each.address);
    arns.set(`${address} ${each.port}`, each.arn);
    if (each.shared === true) shared.add(address);
    else arns.set(address, each.arn);
  }
  return { arns, shared };
}

function undecidedText(conversations: readonly Conversation[]): string {
  const records = conversations.reduce((sum, each) => sum + each.records, 0);
  return `${records} records are of addresses that several databases fit, so nobody can say of which: give each its address in policy`;
}

function addConversation({ links }: Making, link: number, each: Conversation): void {
  const column = each.action === "REJECT" ? links.rejected : links.accepted;
  column[link] = numberAt(column, link) + each.records;
  addTimes(links, link, readUtc(each.firstSeen), readUtc(each.lastSeen));
}

/** The history may hold the same records as the flow logs, so of two counts the larger one stands. */
function addHistory(making: Making, { consumers, problem, unseen }: MapHistory): void {
  if (problem !== undefined) making.notes.push(`The history could not be read: ${problem}`);
  if (unseen?.kind === "unreadable")
    making.notes.push(`Which interfaces have a flow log is not known: ${unseen.problem}`);
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
