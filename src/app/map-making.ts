import { numberAt } from "../core/map/column.ts";
import { DECISIONS, type MapConsumer, type PolicyDecision } from "../core/map/map-data.ts";
import { type Address, parseAddress } from "../core/net/address.ts";
import { type AddressSet, contains, containsCidr } from "../core/net/address-set.ts";
import { parseCidr } from "../core/net/cidr.ts";
import { workloadsAt } from "../core/policy/consumer-labels.ts";
import type { MapDraft } from "./map-databases.ts";
import { ipListNames } from "./map-ip-lists.ts";
import type { Planned } from "./plan-databases.ts";

/** The map's data while it is made. */
export interface Making {
  readonly planned: Planned;
  readonly draft: Planned | undefined;
  readonly ipListOf: (address: Address) => string | undefined;
  readonly consumers: MapConsumer[];
  readonly consumerAt: Map<string, number>;
  readonly linkAt: Map<string, number>;
  readonly links: Columns & { draft?: number[] };
  readonly notes: string[];
}

type Columns = Record<
  "consumer" | "database" | "port" | "accepted" | "rejected" | "first" | "last" | "reported",
  number[]
>;

/** A map without links. */
export function newMaking(planned: Planned, draft: MapDraft | undefined): Making {
  const columns: Columns = {
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
    ipListOf: ipListNames(planned.index),
    consumers: [],
    consumerAt: new Map(),
    linkAt: new Map(),
    links: draft === undefined ? columns : { ...columns, draft: [] },
    notes: [],
  };
}

/** Widens the time in which a link was seen: seconds since 1970, 0 where it is not known. */
export function addTimes(links: Making["links"], link: number, first: number, last: number): void {
  const before = numberAt(links.first, link);
  if (first > 0 && (before === 0 || first < before)) links.first[link] = first;
  links.last[link] = Math.max(numberAt(links.last, link), last);
}

/** The position of whoever has an address, added where it is not there yet. */
export function consumerFor(making: Making, address: string): number {
  return making.consumerAt.get(address) ?? addConsumer(making, { address, ...whoIs(making, address) });
}

/** The same for somebody of whom it is known who it is. */
export const knownConsumer = (making: Making, consumer: MapConsumer): number =>
  making.consumerAt.get(consumer.address) ?? addConsumer(making, consumer);

function addConsumer({ consumers, consumerAt }: Making, consumer: MapConsumer): number {
  const position = consumers.push(consumer) - 1;
  consumerAt.set(consumer.address, position);
  return position;
}

function whoIs(
  { planned: { index }, ipListOf }: Making,
  text: string,
): Pick<MapConsumer, "workload" | "ipList"> {
  const address = parseAddress(text);
  if (!address.ok) return {};
  const [held] = workloadsAt(index, address.value);
  const workload = held === undefined ? undefined : index.workloadAt.get(held.href);
  if (workload !== undefined) return { workload };
  const ipList = ipListOf(address.value);
  return ipList === undefined ? {} : { ipList };
}

/** The position of the link between a consumer and a port of a database, by positions, added where it is not there yet. */
export function linkFor(making: Making, consumer: number, database: number, port: number): number {
  const { links } = making;
  const key = linkKey(consumer, database, port);
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

/** The name of a link in `linkAt`. */
export const linkKey = (consumer: number, database: number, port: number): string =>
  `${consumer} ${database} ${port}`;

/** Potentially blocked: nothing is enforced yet at a database in `observe`. */
function decision(
  says: Planned,
  world: Planned,
  database: number,
  consumer: string,
  port: number,
): PolicyDecision {
  const plan = world.plan.databases[database];
  const answer = plan === undefined ? undefined : says.resolution.databases.get(plan.arn);
  if (plan === undefined || answer === undefined || answer.matched.length === 0) return "unknown";
  const isAllowed = holds(answer.allowed, consumer);
  if (answer.incomplete.length > 0 || isAllowed === undefined || plan.port === undefined) return "unknown";
  if (port === plan.port && isAllowed) return "allowed";
  return plan.mode === "enforce" ? "blocked" : "potentially_blocked";
}

/** Whether a set holds an address, or all of a CIDR; `undefined` for a text that is neither. */
function holds(set: AddressSet, text: string): boolean | undefined {
  if (text.includes("/")) {
    const cidr = parseCidr(text);
    return cidr.ok ? containsCidr(set, cidr.value) : undefined;
  }
  const address = parseAddress(text);
  return address.ok ? contains(set, address.value) : undefined;
}
