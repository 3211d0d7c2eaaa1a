import { formatUtc } from "../flow/utc-time.ts";
import type { ObservedConsumer } from "../plan/world.ts";
import type { HistoryConsumer } from "./history-answers.ts";
import { wasServed } from "./served.ts";

/** A database as the history knows it: addresses change over time, its ARN and port do not. */
export interface PortOfDatabase {
  readonly arn: string;
  readonly port?: number;
}

/** Whether a row tells of a TCP connection to the database's own port that was let in. */
export const isServed = (row: HistoryConsumer, port: number | undefined): boolean =>
  wasServed(row) && port !== undefined && row.port === port;

/** Who was seen connecting to each database, wherever it answered then; one entry a database and consumer. */
export function seenConsumers(
  rows: readonly HistoryConsumer[],
  databases: readonly PortOfDatabase[],
): readonly ObservedConsumer[] {
  const ports = new Map(databases.map(({ arn, port }) => [arn, port]));
  const served = rows.filter((row) => isServed(row, ports.get(row.databaseArn)));
  const groups = Map.groupBy(served, (row) => `${row.databaseArn} ${row.consumer}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return {
      database: first.databaseArn,
      consumer: first.consumer,
      records: group.reduce((sum, row) => sum + row.records, 0),
      lastSeen: formatUtc(Math.max(...group.map((row) => row.lastSeen))),
    };
  });
}

/**
 * What flow logs and history tell together. The logs may be in the history already, so of two counts the larger
 * stands and nothing is added up.
 */
export function withHistory(
  observed: readonly ObservedConsumer[],
  history: readonly ObservedConsumer[],
): readonly ObservedConsumer[] {
  const together = new Map<string, ObservedConsumer>();
  for (const one of [...observed, ...history]) {
    const key = `${one.database} ${one.consumer}`;
    const known = together.get(key);
    const lastSeen = [known?.lastSeen, one.lastSeen]
      .filter((t) => t !== undefined)
      .sort()
      .at(-1);
    together.set(key, {
      database: one.database,
      consumer: one.consumer,
      records: Math.max(known?.records ?? 0, one.records),
      ...(lastSeen === undefined ? {} : { lastSeen }),
    });
  }
  return [...together.values()];
}
