import type { Conversation } from "../core/flow/conversation.ts";
import { formatAddress, parseAddress } from "../core/net/address.ts";
import { type AddressSet, contains } from "../core/net/address-set.ts";
import type { SeenFlows } from "./access-explanation.ts";
import type { Planned } from "./plan-databases.ts";

/** Conversations that are shown; the latest. */
const SHOWN = 10;

/** What flow logs saw of the addresses at the database's port, latest first. */
export function seenFlows(
  planned: Planned,
  arn: string,
  addresses: AddressSet,
  port: number | undefined,
): SeenFlows {
  const { conversations } = planned;
  if (conversations === undefined) return { known: false, seen: [] };
  const places = new Set(
    planned.addresses.filter((each) => each.arn === arn).map((each) => formatAddress(each.address)),
  );
  const seen = conversations
    .filter((each) => each.port === port && places.has(each.provider) && isTcp(each))
    .filter(({ consumer }) => {
      const address = parseAddress(consumer);
      return address.ok && contains(addresses, address.value);
    })
    .toSorted(latestFirst)
    .slice(0, SHOWN)
    .map(({ consumer, action, records, firstSeen, lastSeen }) => ({
      consumer,
      ...(action === undefined ? {} : { action }),
      records,
      ...(firstSeen === undefined ? {} : { firstSeen }),
      ...(lastSeen === undefined ? {} : { lastSeen }),
    }));
  return { known: true, seen };
}

const isTcp = ({ protocol }: Conversation): boolean => (protocol ?? "tcp") === "tcp";

function latestFirst(a: Conversation, b: Conversation): number {
  const [x, y] = [a.lastSeen ?? "", b.lastSeen ?? ""];
  if (x !== y) return x < y ? 1 : -1;
  return a.consumer < b.consumer ? -1 : 1;
}
