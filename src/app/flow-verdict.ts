import type { Conversation } from "../core/flow/conversation.ts";
import { formatAddress, parseAddress } from "../core/net/address.ts";
import { contains } from "../core/net/address-set.ts";
import type { Planned } from "./plan-databases.ts";

/** What policy says of a conversation; `unknown` where it does not say enough, or who opened it is not known. */
export type FlowVerdict = "allowed" | "denied" | "unknown";

type Answer = NonNullable<ReturnType<Planned["resolution"]["databases"]["get"]>>;

/** Judges conversations by policy; those whose provider is no database are none of its business. */
export function flowVerdicts(planned: Planned): (conversation: Conversation) => FlowVerdict | undefined {
  const arns = new Map(
    planned.addresses.map(({ address, port, arn }) => [`${formatAddress(address)} ${port}`, arn]),
  );
  const databases = new Set(planned.addresses.map(({ address }) => formatAddress(address)));
  return (conversation) => {
    const { provider, port } = conversation;
    if (!databases.has(provider)) return undefined;
    const arn = arns.get(`${provider} ${port}`);
    const answer = arn === undefined ? undefined : planned.resolution.databases.get(arn);
    return answer === undefined ? "unknown" : verdictOf(conversation, answer);
  };
}

function verdictOf({ consumer, protocol, orientedBy }: Conversation, answer: Answer): FlowVerdict {
  const address = parseAddress(consumer);
  const isSure = answer.matched.length > 0 && answer.incomplete.length === 0;
  if (!isSure || !address.ok || orientedBy === "unknown") return "unknown";
  const isTcp = protocol === undefined || protocol === "tcp";
  return isTcp && contains(answer.allowed, address.value) ? "allowed" : "denied";
}
