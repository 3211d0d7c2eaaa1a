import { isList, isObject, type JsonObject, objectsOf, textsOf } from "../model/json.ts";
import { providesVirtualServicesOnly } from "../model/rules.ts";
import type { Reading } from "./labels.ts";
import type { Party } from "./party.ts";
import { type PacketPort, servicesHold, virtualServiceHolds } from "./ports.ts";
import { matchSide, type Side, type SideMatch } from "./side.ts";
import type { World } from "./world.ts";

/** A packet with both ends looked up. */
export interface LocatedPacket extends PacketPort {
  readonly source: Party;
  readonly destination: Party;
}

/** The kind of a rule decides how it is read. */
export type RuleRole = "allow" | "deny" | "overrideDeny";

/**
 * True when a rule matches a packet in one of the scopes. Scopes are evaluated one at a time and never merged into a
 * larger one; no scope at all, `[]` or `[[]]`, means everything.
 */
export function ruleMatches(
  world: World,
  scopes: readonly (readonly JsonObject[])[],
  rule: JsonObject,
  role: RuleRole,
  packet: LocatedPacket,
): boolean {
  const each = scopes.length === 0 ? [[]] : scopes;
  return each.some((scope) => matchesInScope(world, scope, rule, role, packet));
}

/** The scopes of a rule set. */
export const scopesOf = (ruleSet: JsonObject): readonly (readonly JsonObject[])[] =>
  (isList(ruleSet.scopes) ? ruleSet.scopes : []).map((scope) => objectsOf(scope));

function matchesInScope(
  world: World,
  scope: readonly JsonObject[],
  rule: JsonObject,
  role: RuleRole,
  packet: LocatedPacket,
): boolean {
  const reading: Reading = role === "overrideDeny" ? "wide" : "narrow";
  const consumers: Side = {
    entries: objectsOf(rule.consumers),
    resolveAs: role === "allow" ? resolveAs(rule, "consumers") : ["workloads"],
    scope: rule.unscoped_consumers === true ? undefined : scope,
    reading,
  };
  const { source, destination } = packet;
  const senders = textsOf(rule.use_workload_subnets).includes("consumers")
    ? [...source.workloads, ...source.neighbours()]
    : source.workloads;
  const consumer = matchSide(world, consumers, source, senders);
  if (!matchesAnything(consumer)) return false;
  const providers: Side = {
    entries: objectsOf(rule.providers),
    resolveAs: providerKinds(rule, role),
    scope,
    reading,
  };
  const provider = matchSide(world, providers, destination, destination.workloads);
  return role === "allow"
    ? allowMatches(world, rule, packet, provider, consumer)
    : denyMatches(world, rule, packet, provider);
}

const matchesAnything = (match: SideMatch): boolean =>
  match.workloads.length > 0 || match.virtualServices.length > 0 || match.ipList;

function resolveAs(rule: JsonObject, side: "providers" | "consumers"): readonly string[] {
  return isObject(rule.resolve_labels_as) ? textsOf(rule.resolve_labels_as[side]) : [];
}

/**
 * Deny rules resolve labels to workloads only. A database that carries its labels on the virtual service must still be
 * met by an override-deny, so that reads both.
 */
function providerKinds(rule: JsonObject, role: RuleRole): readonly string[] {
  if (role === "allow") return resolveAs(rule, "providers");
  return role === "overrideDeny" ? ["workloads", "virtual_services"] : ["workloads"];
}

function allowMatches(
  world: World,
  rule: JsonObject,
  packet: LocatedPacket,
  provider: SideMatch,
  consumer: SideMatch,
): boolean {
  const services = objectsOf(rule.ingress_services);
  const byService = servicesHold(world, services, packet);
  if (provider.workloads.length > 0 && byService) return true;
  // Ports beside providers that are virtual services only are not valid, and grant nothing.
  const portsAreTheirs = services.length === 0 || !providesVirtualServicesOnly(rule);
  const reached = provider.virtualServices.some(({ service, bindings }) =>
    bindings.some((binding) => virtualServiceHolds(world, service, binding, packet)),
  );
  if (portsAreTheirs && reached) return true;
  return byService && leavesForOutside(packet, provider, consumer);
}

/**
 * A provider IP list opens only the outbound side of consumers that are objects: it never opens a known workload, and
 * a rule with IP lists on both sides programs nothing.
 */
function leavesForOutside(packet: LocatedPacket, provider: SideMatch, consumer: SideMatch): boolean {
  const isOutside = packet.destination.workloads.length === 0;
  return (
    isOutside && provider.ipList && (consumer.workloads.length > 0 || consumer.virtualServices.length > 0)
  );
}

function denyMatches(world: World, rule: JsonObject, packet: LocatedPacket, provider: SideMatch): boolean {
  const meetsProvider = provider.workloads.length > 0 || provider.virtualServices.length > 0;
  const isOutside = packet.destination.workloads.length === 0 && provider.ipList;
  return (meetsProvider || isOutside) && servicesHold(world, objectsOf(rule.ingress_services), packet);
}
