import { canonicalHref, rewriteHrefs } from "../../model/hrefs.ts";
import {
  hrefOf,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  numberOf,
  objectsOf,
  without,
} from "../../model/json.ts";
import { done, notFound, type Outcome, refuse } from "../../model/outcome.ts";
import { type Decision, decide, type Packet, type RuleMatch } from "../../policy/decide.ts";
import type { Endpoint } from "../../policy/party.ts";
import { type PacketPort, portsOf } from "../../policy/ports.ts";
import { readWorld, type World } from "../../policy/world.ts";
import { answer, type Call, json, type PceResponse, refused, withBody } from "../exchange.ts";
import { type Route, route } from "../router.ts";

const policy = "/orgs/:org/sec_policy/:pversion";

/** What policy says about given packets. */
export const policyCheckRoutes: readonly Route[] = [
  route("GET", `${policy}/allow`, (call) =>
    answer(decisionsOf(call), (decisions) =>
      json(
        200,
        distinct(decisions, "allow").map((match) => ruleDocument(call, match)),
      ),
    ),
  ),
  route("GET", `${policy}/policy_check`, (call) =>
    answer(decisionsOf(call), (decisions) =>
      json(200, {
        sec_rules: distinct(decisions, "allow").map((match) => ruleDocument(call, match)),
        deny_rules: distinct(decisions, "deny").map((match) => ruleDocument(call, match)),
        override_deny_rules: distinct(decisions, "overrideDeny").map((match) => ruleDocument(call, match)),
      }),
    ),
  ),
  route("POST", `${policy}/rule_coverage`, ruleCoverage),
];

function worldOf(call: Call): World | undefined {
  return readWorld(call.sandbox.state, call.params.pversion ?? "active");
}

function decisionsOf(call: Call): Outcome<readonly Decision[]> {
  const world = worldOf(call);
  if (world === undefined) return notFound(call.path);
  const source = endpointIn(call, "src");
  const destination = endpointIn(call, "dst");
  if (source === undefined || destination === undefined) {
    return refuse(
      "input_validation_error",
      "Give src_workload or src_external_ip, and dst_workload or dst_external_ip",
    );
  }
  const ports = portsIn(call, world);
  if (ports.length === 0) return refuse("input_validation_error", "Give service, or port and protocol");
  const network = call.query.get("network_type");
  const side: Pick<Packet, "networkType"> =
    network === "non_brn" || network === "all" ? { networkType: network } : {};
  return done(ports.map((port) => decide(world, { source, destination, ...port, ...side })));
}

function endpointIn(call: Call, end: "src" | "dst"): Endpoint | undefined {
  const workload = call.query.get(`${end}_workload`);
  if (workload !== null) return { workload };
  const address = call.query.get(`${end}_external_ip`);
  return address === null ? undefined : { address };
}

function portsIn(call: Call, world: World): readonly PacketPort[] {
  const service = call.query.get("service");
  if (service !== null) {
    return portsOf(world, { href: canonicalHref(service) }).map((entry) => ({
      port: numberOf(entry.port) ?? 0,
      protocol: numberOf(entry.proto) ?? -1,
    }));
  }
  const protocol = call.query.get("protocol");
  return protocol === null ? [] : [{ port: Number(call.query.get("port") ?? 0), protocol: Number(protocol) }];
}

function distinct(
  decisions: readonly Decision[],
  kind: "allow" | "deny" | "overrideDeny",
): readonly RuleMatch[] {
  const byHref = new Map(
    decisions.flatMap((decision) => decision[kind]).map((match) => [match.rule.href, match]),
  );
  return [...byHref.values()];
}

function ruleDocument(call: Call, { rule, ruleSet }: RuleMatch): JsonObject {
  const document = {
    ...without(rule, "update_type"),
    rule_set: { href: ruleSet.href ?? null, name: ruleSet.name ?? null },
  };
  return rewriteHrefs(call.params.pversion ?? "active", document);
}

function ruleCoverage(call: Call): PceResponse {
  const world = worldOf(call);
  if (world === undefined) return refused(notFound(call.path).refusal);
  return withBody(
    call,
    (body) => coverage(call, world, body),
    (document) => json(200, document),
  );
}

/** For each edge and each of its services the hrefs of the allow rules, and those rules by href. */
function coverage(call: Call, world: World, body: Json): Outcome<JsonObject> {
  const rules = new Map<string, JsonObject>();
  const edges: Json[] = [];
  for (const edge of objectsOf(body)) {
    const source = endpointOf(edge.source);
    const destination = endpointOf(edge.destination);
    if (source === undefined || destination === undefined) {
      return refuse("input_validation_error", "source and destination must be a workload or an ip_address");
    }
    edges.push(
      objectsOf(edge.services).map((service) => {
        const port = numberOf(service.port) ?? 0;
        const found = decide(world, { source, destination, port, protocol: numberOf(service.protocol) ?? 6 });
        const documents = found.allow.map((match) => ruleDocument(call, match));
        for (const document of documents) rules.set(String(document.href), document);
        return documents.map((document) => document.href ?? null);
      }),
    );
  }
  return listOf(body).length === edges.length
    ? done({ edges, rules: Object.fromEntries(rules) })
    : refuse("input_validation_error", "The body must be an array of objects");
}

function endpointOf(value: Json | undefined): Endpoint | undefined {
  if (!isObject(value)) return undefined;
  const workload = hrefOf(value.workload);
  if (workload !== undefined) return { workload };
  return typeof value.ip_address === "string" ? { address: value.ip_address } : undefined;
}
