import type { RuleSource } from "../inventory/model.ts";
import { coversTcpPort, isUnseenGroup, type PeerIndex } from "../rule/reach.ts";
import { ruleKey } from "../rule/rule-key.ts";
import type { Change, LiveDatabase } from "./plan-change.ts";

/**
 * Groups that cannot be seen from here, or not all of whose members can, and that a rule names which a change would
 * take out of force: it is not known whom that cuts off. What somebody put into a managed group by hand is not among
 * them, nor is a lease: nobody had granted that.
 */
export function unseenPeersThatGo(
  live: LiveDatabase,
  change: Change,
  port: number,
  peers: PeerIndex,
): readonly RuleSource[] {
  const managed = new Set(live.managed.map((g) => g.groupId));
  const leaving = live.attached
    .filter((g) => !managed.has(g.groupId) && !change.targetGroups.includes(g.groupId))
    .flatMap((g) => g.rules);
  const revoked = change.steps.flatMap((s) => (s.action === "revoke" ? s.rules : []));
  const granted = revoked.filter(({ was }) => was === undefined || was === "granted" || was === "widened");
  const gone = [...leaving, ...granted].filter(
    (rule) => rule.direction === "ingress" && coversTcpPort(rule, port) && isUnseenGroup(rule.source, peers),
  );
  return [...new Map(gone.map((rule) => [ruleKey(rule), rule.source])).values()];
}

/** A peer in words, with the account that it belongs to where the rule tells. */
export const peerText = (source: RuleSource): string => {
  if (source.kind !== "securityGroup") return source.kind === "cidr" ? source.cidr : source.prefixListId;
  return source.ownerId === undefined ? source.groupId : `${source.groupId} of account ${source.ownerId}`;
};
