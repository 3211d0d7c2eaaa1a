import { formatIp, type IpRange, parseCidr, parseIp } from "../../address/ip.ts";
import { type JsonObject, objectsOf, textOf } from "../json.ts";
import { done, type Outcome, refuse } from "../outcome.ts";
import { referrers } from "../references.ts";
import { ipListCreate, ipListUpdate } from "../schema/ip-lists.ts";
import { type CollectionSpec, EXTERNAL } from "./spec.ts";

/** IP lists: ranges, exclusions from them, and FQDNs. */
export const ipLists: CollectionSpec = {
  name: "ip_lists",
  singular: "ip_list",
  versioned: true,
  ids: "integer",
  create: ipListCreate,
  update: ipListUpdate,
  defaults: { description: null, ip_ranges: [], fqdns: [], ...EXTERNAL },
  unique: { fields: ["name"], token: "ip_list_name_not_unique" },
  prepare: (_, { body }) => normaliseRanges(body),
  refusesDelete: (state, list) =>
    referrers(state, String(list.href), ["rule_sets", "enforcement_boundaries"]).length > 0
      ? refuse("ip_list_referenced", "IP list is still referenced by policy")
      : done(undefined),
  deletion: "remove",
};

function normaliseRanges(body: JsonObject): Outcome<JsonObject> {
  if (body.ip_ranges === undefined) return done(body);
  const ranges = objectsOf(body.ip_ranges).map(normaliseRange);
  const spans = ranges.map((range) => (range === undefined ? undefined : spanOf(range)));
  const bad = spans.indexOf(undefined);
  if (bad >= 0) {
    const entry = objectsOf(body.ip_ranges)[bad];
    return refuse(
      "input_validation_error",
      `The property '#/ip_ranges/${bad}' is not a valid range: ${JSON.stringify(entry)}`,
    );
  }
  const kept = ranges.filter((range) => range !== undefined);
  const fault = duplicateFault(kept) ?? exclusionFault(kept);
  return fault === undefined ? done({ ...body, ip_ranges: kept }) : refuse("input_validation_error", fault);
}

/** Drops host bits of a CIDR, as the PCE does. */
function normaliseRange(range: JsonObject): JsonObject | undefined {
  const from = textOf(range.from_ip) ?? "";
  const span = parseCidr(from);
  if (span === undefined) return undefined;
  const [, prefix] = from.split("/");
  const start = formatIp({ family: span.family, value: span.first });
  return { exclusion: false, ...range, from_ip: prefix === undefined ? start : `${start}/${prefix}` };
}

/** Addresses that one range of an IP list covers; `undefined` when it is none. */
export function spanOf(range: JsonObject): IpRange | undefined {
  const first = parseCidr(textOf(range.from_ip) ?? "");
  const to = textOf(range.to_ip);
  if (first === undefined || to === undefined) return first;
  const last = parseIp(to);
  const proper = last !== undefined && last.family === first.family && last.value >= first.last;
  return proper && first.first === first.last ? { ...first, last: last.value } : undefined;
}

function duplicateFault(ranges: readonly JsonObject[]): string | undefined {
  const keys = ranges.map((range) => `${String(range.from_ip)} ${String(range.to_ip ?? "")}`);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  return twice === undefined ? undefined : `Duplicate IP range: ${twice.trim()}`;
}

function exclusionFault(ranges: readonly JsonObject[]): string | undefined {
  const included = ranges.filter((range) => range.exclusion !== true).map(spanOf);
  const outside = ranges
    .filter((range) => range.exclusion === true)
    .find((range) => !included.some((span) => liesStrictlyIn(spanOf(range), span)));
  return outside === undefined
    ? undefined
    : `Exclusion is not inside an included range: ${String(outside.from_ip)}`;
}

function liesStrictlyIn(inner: IpRange | undefined, outer: IpRange | undefined): boolean {
  if (inner === undefined || outer === undefined || inner.family !== outer.family) return false;
  const within = outer.first <= inner.first && inner.last <= outer.last;
  return within && (outer.first !== inner.first || outer.last !== inner.last);
}
