import type { MapConsumer } from "../core/map/map-data.ts";
import { type Address, addressKey, parseAddress } from "../core/net/address.ts";
import {
  type AddressSet,
  addressSetOfCidrs,
  contains,
  intersect,
  toCidrs,
  toRanges,
} from "../core/net/address-set.ts";
import { cidrBlock, rangeOfBlock } from "../core/net/cidr.ts";
import type { DatabasePolicy } from "../core/policy/resolution.ts";
import { addressesOfOne } from "../core/policy/workload-addresses.ts";
import { consumerIpLists } from "./map-ip-lists.ts";
import { knownConsumer, linkFor, linkKey, type Making } from "./map-making.ts";

/** Consumers that policy lets into one database and that were never seen there; the others are counted in a note. */
const NEVER_SEEN_PER_DATABASE = 200;

/** Whom policy lets in although no flow log shows them: workload by workload, and range by range of IP lists. */
export function addNeverSeen(making: Making): void {
  const { plan, resolution } = making.planned;
  const workloadsIn = unseenWorkloads(making);
  const rangesIn = unseenRanges(making);
  for (const [at, database] of plan.databases.entries()) {
    const answers = [resolution, making.draft?.resolution].flatMap(
      (each) => each?.databases.get(database.arn) ?? [],
    );
    const port = database.port ?? 0;
    const unseen = [...workloadsIn(answers, at, port), ...rangesIn(answers, at)];
    for (const each of unseen.slice(0, NEVER_SEEN_PER_DATABASE)) {
      linkFor(making, knownConsumer(making, each), at, port);
    }
    const left = unseen.length - NEVER_SEEN_PER_DATABASE;
    if (left > 0) making.notes.push(`${database.id}: ${left} more consumers are allowed and were never seen`);
  }
}

type Answers = readonly DatabasePolicy[];

function unseenWorkloads({ planned: { index }, consumerAt, linkAt }: Making) {
  const hosts = index.workloads.map((_, at) => firstAddress(addressesOfOne(index.addresses, at, "hosts")));
  return (answers: Answers, database: number, port: number): readonly MapConsumer[] =>
    hosts.flatMap((host, workload) => {
      if (host === undefined || !answers.some((answer) => contains(answer.allowed, host))) return [];
      const address = addressKey(host);
      const known = consumerAt.get(address);
      const seen = known !== undefined && linkAt.has(linkKey(known, database, port));
      return seen ? [] : [{ address, workload }];
    });
}

/** A range is unseen when nobody of it was seen: one colleague in the office stands for the office. */
function unseenRanges(making: Making) {
  const lists = consumerIpLists(making.planned.index);
  if (lists.size === 0) return () => [];
  const strangers = strangersAt(making);
  const drafted = making.draft === undefined ? [] : [...consumerIpLists(making.draft.index)];
  const every = [...new Map([...drafted, ...lists])];
  return (answers: Answers, database: number): readonly MapConsumer[] =>
    every.flatMap(([href, { name, addresses }]) => {
      const cidrs = new Set(answers.flatMap((answer) => letIn(answer, href, addresses)));
      const seen = strangers.get(database) ?? [];
      return [...cidrs]
        .filter((cidr) => !seen.some((address) => contains(addressSetOfCidrs([cidr]), address)))
        .map((address) => ({ address, ipList: name }));
    });
}

/** The parts of an IP list that an answer lets in because of this list, not because a workload lies in it. */
function letIn(answer: DatabasePolicy, href: string, addresses: AddressSet) {
  return toCidrs(intersect(answer.allowed, addresses)).filter((cidr) =>
    answer.reasonsWithin(rangeOfBlock(cidrBlock(cidr))).some(({ ipList }) => ipList === href),
  );
}

/** Addresses of no workload that were seen, by the position of the database. */
function strangersAt({ links, consumers }: Making): ReadonlyMap<number, readonly Address[]> {
  const found = new Map<number, Address[]>();
  for (const [link, at] of links.consumer.entries()) {
    const consumer = consumers[at];
    if (consumer === undefined || consumer.workload !== undefined) continue;
    const address = parseAddress(consumer.address);
    if (!address.ok) continue;
    const database = links.database[link] ?? -1;
    const list = found.get(database);
    if (list === undefined) found.set(database, [address.value]);
    else list.push(address.value);
  }
  return found;
}

function firstAddress(set: AddressSet): Address | undefined {
  const [range] = toRanges(set);
  if (range === undefined) return undefined;
  return range.family === 4 ? { family: 4, value: range.lo } : { family: 6, value: range.lo };
}
