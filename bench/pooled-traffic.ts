import { formatIpv4 } from "../src/core/net/ipv4-text.ts";
import { seededRandom } from "./seeded-random.ts";

/** Applications with pools of connections to their databases. */
export interface PooledTraffic {
  readonly databases: number;
  /** Servers that use each database. */
  readonly servers: number;
  /** Connections that each of them keeps open. */
  readonly pool: number;
  /** Whether the format has packets, bytes and times as well. */
  readonly hasVolume: boolean;
}

/** What the pools of most frameworks close a connection after. */
const LIFE_SECONDS = 1_800;
const MINUTE = 60;
const PORT = 5432;
const TEN = "srcaddr dstaddr dstport protocol tcp-flags pkt-srcaddr pkt-dstaddr srcport action type";

/** Address of a database, counted from 0. */
export const databaseAddress = (database: number): number => 0x0a14_c800 + database * 11;

/**
 * The lines of five minutes of these pools, with a header: of each connection one record for each direction and minute,
 * in no order. What opened and closed in a minute says so in its flags; anything else has none.
 */
export function pooledLines(traffic: PooledTraffic, slotStart: number, seed: number): string {
  const random = seededRandom(seed);
  const lines: { readonly rank: number; readonly line: string }[] = [];
  for (let minute = 0; minute < 5; minute += 1) {
    const time = slotStart + minute * MINUTE;
    for (let n = 0; n < traffic.databases * traffic.servers * traffic.pool; n += 1)
      for (const line of connectionLines(traffic, n, time, random))
        lines.push({ rank: minute * 1e9 + random(1e9), line });
  }
  const header = traffic.hasVolume ? `${TEN} packets bytes start end` : TEN;
  return `${header}\n${lines
    .sort((a, b) => a.rank - b.rank)
    .map(({ line }) => line)
    .join("")}`;
}

function* connectionLines(
  { servers, pool, hasVolume }: PooledTraffic,
  connection: number,
  time: number,
  random: (below: number) => number,
): Generator<string> {
  const server = Math.floor(connection / pool);
  const database = Math.floor(server / servers);
  // Connections are as old as they happen to be; each has a port of its own until its end.
  const age = time + ((connection * 7_919) % LIFE_SECONDS);
  const life = Math.floor(age / LIFE_SECONDS);
  const port = 32_768 + ((connection * 104_729 + life * 15_485_863) % 28_232);
  const isNew = age % LIFE_SECONDS < MINUTE;
  const client = formatIpv4(0x0a14_0400 + server * 7);
  const target = formatIpv4(databaseAddress(database));
  for (const asks of [true, false]) {
    const [from, to] = asks ? [client, target] : [target, client];
    const [fromPort, toPort] = asks ? [port, PORT] : [PORT, port];
    const flags = isNew ? (asks ? 2 : 18) : 0;
    const packets = 4 + random(400);
    const start = time + random(20);
    const volume = hasVolume
      ? ` ${packets} ${packets * (60 + random(900))} ${start} ${start + 30 + random(10)}`
      : "";
    yield `${from} ${to} ${toPort} 6 ${flags} ${from} ${to} ${fromPort} ACCEPT IPv4${volume}\n`;
  }
}
