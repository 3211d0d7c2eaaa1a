import { z } from "zod";
import { CONSUMER_COLUMNS } from "../../core/history/consumers-query.ts";
import type { HistoryConsumer } from "../../ports/flow-history.ts";

const Count = z.coerce.number().int();
const Row = z.object({
  database_arn: z.string(),
  consumer: z.string(),
  provider: z.string(),
  port: Count.nullable(),
  protocol: z.string().nullable(),
  action: z.string().nullable(),
  records: Count,
  first_seen: Count,
  last_seen: Count,
});

/**
 * One row of an engine's answer. Engines write numbers as numbers, bigints or text.
 *
 * @param cells in the order of {@link CONSUMER_COLUMNS}; `null` where there is no value
 */
export function consumerRow(cells: readonly unknown[]): HistoryConsumer {
  const row = Row.parse(
    Object.fromEntries(CONSUMER_COLUMNS.map((name, i) => [name, cells[i] === null ? null : plain(cells[i])])),
  );
  return {
    databaseArn: row.database_arn,
    consumer: row.consumer,
    provider: row.provider,
    ...(row.port === null ? {} : { port: row.port }),
    ...(row.protocol === null ? {} : { protocol: row.protocol }),
    ...(row.action === null ? {} : { action: row.action }),
    records: row.records,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
  };
}

const plain = (cell: unknown): unknown => (typeof cell === "bigint" ? Number(cell) : cell);
