import { collectionOf, hrefIn } from "./hrefs.ts";
import type { JsonObject } from "./json.ts";
import { POLICY_COLLECTIONS } from "./state.ts";

/**
 * One actor: `"ams"`, `"role=web"`, `"!env=dev"` (exclusion), the href of an object, `"!<href>"`, or the JSON of the API.
 */
export type ActorText = string | JsonObject;

const SELECTOR_BY_COLLECTION: Readonly<Record<string, string>> = {
  labels: "label",
  label_groups: "label_group",
  workloads: "workload",
  virtual_services: "virtual_service",
  ip_lists: "ip_list",
};

/** Reads an actor that is not JSON yet; `label` finds or makes a label. */
export function parseActor(text: string, label: (key: string, value: string) => string): JsonObject {
  if (text.startsWith("!")) return { ...parseActor(text.slice(1), label), exclusion: true };
  if (!text.startsWith("/")) {
    const equals = text.indexOf("=");
    return equals < 0
      ? { actors: text }
      : { label: { href: label(text.slice(0, equals), text.slice(equals + 1)) } };
  }
  const selector = SELECTOR_BY_COLLECTION[collectionOf(text) ?? ""];
  if (selector === undefined) throw new Error(`Not an actor: "${text}"`);
  return { [selector]: { href: text } };
}

/** A service: an href, `tcp/3306`, `udp/5000-5010`, `tcp/`, or JSON. */
export function serviceJson(service: string | JsonObject): JsonObject {
  if (typeof service !== "string") return service;
  if (service.startsWith("/")) return { href: service };
  const [protocol = "", ports = ""] = service.split("/");
  const [port, toPort] = ports.split("-");
  const proto = { tcp: 6, udp: 17 }[protocol] ?? Number(protocol);
  return {
    proto,
    ...(port === undefined || port === "" ? {} : { port: Number(port) }),
    ...(toPort === undefined ? {} : { to_port: Number(toPort) }),
  };
}

/** A range of an IP list: `10.0.0.0/8`, `10.0.0.1-10.0.0.9`, `!10.1.0.0/16` (exclusion), or JSON. */
export function rangeJson(range: string | JsonObject): JsonObject {
  if (typeof range !== "string") return range;
  const exclusion = range.startsWith("!");
  const [from = "", to] = range.replace(/^!/, "").split("-");
  return { from_ip: from, ...(to === undefined ? {} : { to_ip: to }), ...(exclusion ? { exclusion } : {}) };
}

/** The `change_subset` of some hrefs. */
export function subsetOf(hrefs: readonly string[]): JsonObject {
  return Object.fromEntries(
    POLICY_COLLECTIONS.map((name) => [
      name,
      hrefs.filter((href) => collectionOf(href) === name).map((href) => ({ href: hrefIn("draft", href) })),
    ]).filter(([, references]) => (references?.length ?? 0) > 0),
  );
}

/** Interfaces of a workload from addresses with an optional prefix length. */
export function interfacesJson(addresses: readonly string[]): readonly JsonObject[] {
  return addresses.map((text, at) => {
    const [address = "", prefix] = text.split("/");
    return { name: `eth${at}`, address, ...(prefix === undefined ? {} : { cidr_block: Number(prefix) }) };
  });
}
