import type { Conversation } from "../flow/conversation.ts";
import type { DatabaseAddress } from "../inventory/database-addresses.ts";
import { formatAddress } from "../net/address.ts";
import type { Summary } from "./summary.ts";
import { utcSecondsOf } from "./utc-seconds-of.ts";

const HOUR = 3600;

/**
 * Summaries of the conversations of ONE flow-log object, in their order. An object covers five minutes, so a
 * conversation is filed under the hour in which it was last seen. Left out are conversations with no known database,
 * and those without any time: an hour is never guessed.
 */
export function summarizeConversations(
  conversations: readonly Conversation[],
  addresses: readonly DatabaseAddress[],
): readonly Summary[] {
  const arns = arnsByAddress(addresses);
  return conversations.flatMap((c) => {
    const serves = arns(c.provider, c.port);
    const databaseArn = serves ?? arns(c.consumer, undefined);
    const databaseSide = serves === undefined ? "consumer" : "provider";
    const lastSeen = utcSecondsOf(c.lastSeen);
    const firstSeen = utcSecondsOf(c.firstSeen);
    if (databaseArn === undefined || lastSeen === undefined || firstSeen === undefined) return [];
    return [
      { ...flowOf(c), databaseArn, databaseSide, hour: lastSeen - (lastSeen % HOUR), firstSeen, lastSeen },
    ];
  });
}

function flowOf(
  conversation: Conversation,
): Omit<Summary, "databaseArn" | "databaseSide" | "hour" | "firstSeen" | "lastSeen"> {
  const { database: _, interfaceIds: __, firstSeen: ___, lastSeen: ____, ...flow } = conversation;
  return flow;
}

/**
 * The database that serves the port at an address; for an end without a port the only one there. An address may fit
 * several databases as long as their ports differ, so the only one that is known there need not be the one that a flow
 * on another port went to.
 */
function arnsByAddress(
  addresses: readonly DatabaseAddress[],
): (address: string, port: number | undefined) => string | undefined {
  const served = new Map<string, string>();
  const there = new Map<string, Set<string>>();
  for (const { address, port, arn } of addresses) {
    const text = formatAddress(address);
    served.set(`${text} ${port}`, arn);
    there.set(text, (there.get(text) ?? new Set()).add(arn));
  }
  return (address, port) => {
    if (port !== undefined) return served.get(`${address} ${port}`);
    const [only, ...others] = there.get(address) ?? [];
    return others.length === 0 ? only : undefined;
  };
}
