import type { Conversation } from "../flow/conversation.ts";
import { formatUtc } from "../flow/utc-time.ts";
import type { HistoryConsumer } from "../history/history-answers.ts";
import type { DatabaseAddress } from "../inventory/database-addresses.ts";
import { formatAddress } from "../net/address.ts";

/** Somebody to whom a database was seen opening a connection that was let through. */
export interface ObservedDestination {
  /** ARN of the database. */
  readonly database: string;
  readonly destination: string;
  /** Absent where the log format does not say. */
  readonly protocol?: string;
  readonly port?: number;
  readonly records: number;
  /** RFC 3339, UTC. */
  readonly lastSeen?: string;
}

/**
 * Whom databases were seen connecting to. Where several databases may stand at one address, the flow counts for each of
 * them: to hold too much open harms nobody.
 */
export function observedDestinations(
  conversations: readonly Conversation[],
  addresses: readonly DatabaseAddress[],
): readonly ObservedDestination[] {
  const databasesAt = arnsByAddress(addresses);
  const seen = conversations.flatMap((c) => {
    if (c.action === "REJECT") return [];
    const own = databasesAt.get(c.consumer) ?? new Set();
    const there = databasesAt.get(c.provider);
    return [...own].flatMap((database) =>
      there?.has(database) === true ? [] : [{ database, ...seenOf(c) }],
    );
  });
  return joined(seen);
}

const seenOf = ({ provider, port, protocol, records, lastSeen }: Conversation) => ({
  destination: provider,
  ...(port === undefined ? {} : { port }),
  ...(protocol === undefined ? {} : { protocol }),
  records,
  ...(lastSeen === undefined ? {} : { lastSeen }),
});

/**
 * The same of rows of a history. A flow between two databases is kept for the one that served it, so that the other is
 * known there by its address only.
 */
export function destinationsInHistory(
  rows: readonly HistoryConsumer[],
  addresses: readonly DatabaseAddress[],
): readonly ObservedDestination[] {
  const databasesAt = arnsByAddress(addresses);
  const seen = rows.flatMap((row) => {
    if (row.action === "REJECT") return [];
    const { consumer, provider, port, protocol, records } = row;
    const own = row.databaseSide === "consumer" ? [row.databaseArn] : [...(databasesAt.get(consumer) ?? [])];
    return own
      .filter((database) => row.databaseSide === "consumer" || database !== row.databaseArn)
      .map((database) => ({
        database,
        destination: provider,
        ...(port === undefined ? {} : { port }),
        ...(protocol === undefined ? {} : { protocol }),
        records,
        lastSeen: formatUtc(row.lastSeen),
      }));
  });
  return joined(seen);
}

function arnsByAddress(addresses: readonly DatabaseAddress[]): ReadonlyMap<string, ReadonlySet<string>> {
  const arns = new Map<string, Set<string>>();
  for (const { address, arn } of addresses) {
    const text = formatAddress(address);
    arns.set(text, (arns.get(text) ?? new Set()).add(arn));
  }
  return arns;
}

/** One entry a database, destination, protocol and port: with the most records and the latest time that any tells. */
export function joined(seen: readonly ObservedDestination[]): readonly ObservedDestination[] {
  const together = new Map<string, ObservedDestination>();
  for (const one of seen) {
    const key = [one.database, one.destination, one.protocol ?? "", one.port ?? ""].join(" ");
    const known = together.get(key);
    const lastSeen = [known?.lastSeen, one.lastSeen]
      .filter((t) => t !== undefined)
      .sort()
      .at(-1);
    const records = Math.max(known?.records ?? 0, one.records);
    together.set(key, { ...one, records, ...(lastSeen === undefined ? {} : { lastSeen }) });
  }
  return [...together.values()];
}
