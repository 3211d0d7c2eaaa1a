import type { Conversation } from "../flow/conversation.ts";
import type { DatabaseAddress } from "../inventory/database-addresses.ts";
import { formatAddress } from "../net/address.ts";
import type { ObservedConsumer } from "./world.ts";

/**
 * Who was seen connecting to each database: accepted TCP conversations on the database's own port, one entry a
 * consumer, with the latest time.
 */
export function observedConsumers(
  conversations: readonly Conversation[],
  addresses: readonly DatabaseAddress[],
): readonly ObservedConsumer[] {
  const databases = new Map(addresses.map((a) => [`${formatAddress(a.address)} ${a.port}`, a.arn]));
  const seen = new Map<string, ObservedConsumer>();
  for (const conversation of conversations) {
    if (conversation.action === "REJECT" || (conversation.protocol ?? "tcp") !== "tcp") continue;
    const database = databases.get(`${conversation.provider} ${conversation.port}`);
    if (database === undefined) continue;
    const key = `${database} ${conversation.consumer}`;
    seen.set(key, merged(seen.get(key), database, conversation));
  }
  return [...seen.values()];
}

function merged(
  known: ObservedConsumer | undefined,
  database: string,
  conversation: Conversation,
): ObservedConsumer {
  const times = [known?.lastSeen, conversation.lastSeen].filter((t) => t !== undefined).sort();
  const lastSeen = times.at(-1);
  return {
    database,
    consumer: conversation.consumer,
    records: (known?.records ?? 0) + conversation.records,
    ...(lastSeen === undefined ? {} : { lastSeen }),
  };
}
