/** Traffic to and from a few databases, as arbitrary as it gets, for properties of whatever reads its flow log. */
import fc from "fast-check";
import { knownDatabases } from "../../src/core/flow/known-databases.ts";
import { parseAddress } from "../../src/core/net/address.ts";
import type { Connection } from "./traffic-simulator.ts";

const DATABASES = [
  { address: "10.20.9.5", port: 5432, database: "orders" },
  { address: "10.20.9.6", port: 5432, database: "orders-replica" },
  { address: "10.20.9.7", port: 49_200, database: "odd-port" },
  { address: "2001:db8::9:5", port: 3306, database: "stock" },
] as const;
/** The databases, as the engine is told of them. */
export const KNOWN = knownDatabases(
  DATABASES.map(({ address, ...rest }) => {
    const parsed = parseAddress(address);
    if (!parsed.ok) throw new Error(parsed.error.what);
    return { address: parsed.value, ...rest };
  }),
);
/** Whether a database listens there. */
export const serves = (address: string, port: number): boolean =>
  DATABASES.some((db) => db.address === address && db.port === port);

const START = 1_767_603_600;
const consumerPort = fc.integer({ min: 50_000, max: 50_003 });
const start = fc.integer({ min: 0, max: 1_500 }).map((offset) => START + offset);
const tcp = fc.constantFrom(
  "short" as const,
  "long" as const,
  "pooled" as const,
  "refused" as const,
  "halfOpen" as const,
  "reset" as const,
  "portReuse" as const,
);
const of = (
  kind: fc.Arbitrary<Connection["kind"]>,
  consumer: fc.Arbitrary<string>,
  provider: fc.Arbitrary<{ readonly address: string; readonly port: number }>,
): fc.Arbitrary<Connection> =>
  fc
    .record({ kind, consumer, provider, consumerPort, start })
    .map(({ provider: { address, port }, ...rest }) => ({ ...rest, provider: address, port }));

const [orders, replica, odd, stock] = DATABASES;
/** The NAT gateway's address is all that a database sees of what is behind it. */
const toDatabase = of(
  tcp,
  fc.constantFrom("10.20.4.17", "10.20.4.18", "10.20.0.99"),
  fc.constantFrom(orders, odd),
);
const overIpv6 = of(tcp, fc.constantFrom("2001:db8::17", "2001:db8::18"), fc.constant(stock));
const replication = of(tcp, fc.constant(replica.address), fc.constant(orders));
const fromDatabase = of(
  fc.constantFrom("short" as const, "long" as const, "refused" as const),
  fc.constantFrom(orders.address, odd.address),
  fc.constantFrom({ address: "10.20.4.17", port: 443 }, { address: "198.51.100.7", port: 8443 }),
);
const pods = toDatabase.map((connection) => ({
  ...connection,
  consumer: "10.20.77.1",
  consumerSeenAs: "10.20.4.30",
}));
const scan = fc.record({ consumerPort, start }).map(({ consumerPort: from, start: at }): Connection[] =>
  Array.from({ length: 8 }, (_, i) => ({
    kind: "refused",
    consumer: "192.0.2.66",
    consumerPort: from,
    provider: orders.address,
    port: [22, 23, 80, 443, 3306, 5432, 5433, 6379][i] ?? 0,
    start: at + i,
  })),
);
const dns = of(
  fc.constant("udp" as const),
  fc.constantFrom("10.20.4.17", orders.address),
  fc.constant({ address: "10.20.0.2", port: 53 }),
);
/** Hosts that gossip from one high port to another: nothing says who began. */
export const gossip = of(
  fc.constant("pooled" as const),
  fc.constant("10.20.5.1"),
  fc.constant({ address: "10.20.5.2", port: 50_900 }),
);
/** Connections of every kind. */
export const traffic = fc
  .tuple(
    fc.array(
      fc.oneof({ weight: 4, arbitrary: toDatabase }, overIpv6, replication, fromDatabase, pods, dns, gossip),
      { maxLength: 14 },
    ),
    fc.array(scan, { maxLength: 1 }),
  )
  .map(([some, scans]) => [...some, ...scans.flat()]);
/** Seconds of an aggregation interval. */
export const interval = fc.constantFrom(60 as const, 600 as const);
