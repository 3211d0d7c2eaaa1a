import { type JsonObject, objectsOf } from "../model/json.ts";
import { destinationParty, type Endpoint, sourceParty } from "./party.ts";
import { type LocatedPacket, type RuleRole, ruleMatches, scopesOf } from "./rule-match.ts";
import type { World } from "./world.ts";

/** One connection attempt; protocol is an IANA number, port that of the destination. */
export interface Packet {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly port: number;
  readonly protocol: number;
  /** Network side asked about; default `brn`, the corporate one. */
  readonly networkType?: "brn" | "non_brn" | "all";
}

/** A rule that matches, with the rule set it stands in; hrefs in draft spelling. */
export interface RuleMatch {
  readonly rule: JsonObject;
  readonly ruleSet: JsonObject;
}

/** What policy says about a packet, and which rules say it. */
export interface Decision {
  /** What an enforcement point that always enforces does: override-deny before allow, otherwise closed. */
  readonly verdict: "allowed" | "blocked";
  readonly allow: readonly RuleMatch[];
  /** Allow rules that hold for some users or over IPsec only, which addresses cannot express: they grant nothing. */
  readonly conditional: readonly RuleMatch[];
  readonly deny: readonly RuleMatch[];
  readonly overrideDeny: readonly RuleMatch[];
  readonly boundaries: readonly JsonObject[];
}

/** Decides one packet against one world. */
export function decide(world: World, packet: Packet): Decision {
  const located: LocatedPacket = {
    source: sourceParty(world, packet.source),
    destination: destinationParty(world, packet.destination),
    port: packet.port,
    protocol: packet.protocol,
  };
  const network = packet.networkType ?? "brn";
  const matching = (field: "rules" | "deny_rules", role: RuleRole, keep: (rule: JsonObject) => boolean) =>
    world.ruleSets
      .filter((ruleSet) => ruleSet.enabled !== false)
      .flatMap((ruleSet) =>
        objectsOf(ruleSet[field])
          .filter((rule) => rule.enabled !== false && keep(rule) && appliesTo(rule, role, network))
          .filter((rule) => ruleMatches(world, scopesOf(ruleSet), rule, role, located))
          .map((rule): RuleMatch => ({ rule, ruleSet })),
      );
  const allow = matching("rules", "allow", (rule) => !isConditional(rule));
  const overrideDeny = matching("deny_rules", "overrideDeny", (rule) => rule.override === true);
  return {
    verdict: allow.length > 0 && overrideDeny.length === 0 ? "allowed" : "blocked",
    allow,
    conditional: matching("rules", "allow", isConditional),
    deny: matching("deny_rules", "deny", (rule) => rule.override !== true),
    overrideDeny,
    boundaries: world.boundaries.filter(
      (boundary) => boundary.enabled !== false && ruleMatches(world, [[]], boundary, "deny", located),
    ),
  };
}

/** Limited to user groups, or asking for IPsec between the hosts. */
const isConditional = (rule: JsonObject): boolean =>
  objectsOf(rule.consuming_security_principals).length > 0 ||
  rule.sec_connect === true ||
  rule.machine_auth === true;

function appliesTo(rule: JsonObject, role: RuleRole, network: "brn" | "non_brn" | "all"): boolean {
  const type = rule.network_type ?? "brn";
  return role === "overrideDeny" || network === "all" || type === "all" || type === network;
}
