import { formatIp, inRange, parseIp } from "../address/ip.ts";
import { spanOf } from "./collections/ip-lists.ts";
import { canonicalHref } from "./hrefs.ts";
import {
  hrefOf,
  hrefsOf,
  isList,
  type Json,
  type JsonObject,
  objectsOf,
  parseJson,
  textsOf,
} from "./json.ts";

/** Decides whether a row stays, given the text of one query parameter. */
export type Filter = (row: JsonObject, value: string) => boolean;

const contains =
  (field: string): Filter =>
  (row, value) =>
    String(row[field] ?? "")
      .toLowerCase()
      .includes(value.toLowerCase());

const equals =
  (field: string): Filter =>
  (row, value) =>
    row[field] === value;

const flag =
  (field: string): Filter =>
  (row, value) =>
    (row[field] === true) === (value.toLowerCase() === "true");

/** Some entry of a list of objects whose field contains the text. */
const someContains =
  (list: string, field: string): Filter =>
  (row, value) =>
    objectsOf(row[list]).some((entry) => String(entry[field] ?? "").includes(value));

const someNumber =
  (list: string, field: string): Filter =>
  (row, value) =>
    objectsOf(row[list]).some((entry) => entry[field] === Number(value));

const refersWith =
  (field: string): Filter =>
  (row, value) =>
    hrefOf(row[field]) === canonicalHref(value);

/** `labels=[["<href>","<href>"],["<href>"]]`: any inner list whose labels are all there. */
const labelLists =
  (hrefs: (row: JsonObject) => readonly string[]): Filter =>
  (row, value) => {
    const lists = labelListsOf(value) ?? [];
    const own = new Set(hrefs(row));
    return lists.length === 0 || lists.some((list) => list.every((href) => own.has(href)));
  };

/** The list of lists in a `labels` parameter; `undefined` when it is none. */
export function labelListsOf(value: string): readonly (readonly string[])[] | undefined {
  const parsed = parseJson(value);
  return isList(parsed) && parsed.every(isList) ? parsed.map((list: Json) => textsOf(list)) : undefined;
}

const scopeLabels = (row: JsonObject): readonly string[] =>
  (isList(row.scopes) ? row.scopes : []).flatMap((scope) =>
    objectsOf(scope).flatMap((entry) => hrefOf(entry.label) ?? []),
  );

const external: Readonly<Record<string, Filter>> = {
  external_data_set: equals("external_data_set"),
  external_data_reference: equals("external_data_reference"),
};

const named: Readonly<Record<string, Filter>> = {
  name: contains("name"),
  description: contains("description"),
  ...external,
};

/** The query parameters of each collection; parameters not named here change nothing. */
export const FILTERS: Readonly<Record<string, Readonly<Record<string, Filter>>>> = {
  labels: {
    key: equals("key"),
    value: contains("value"),
    exact_match_for_label_type: equals("key"),
    ...external,
  },
  label_dimensions: { key: equals("key"), display_name: contains("display_name"), ...external },
  workloads: {
    ...named,
    hostname: contains("hostname"),
    ip_address: someContains("interfaces", "address"),
    managed: flag("managed"),
    online: flag("online"),
    enforcement_mode: equals("enforcement_mode"),
    enforcement_modes: (row, value) => textsOf(parseJson(value)).includes(String(row.enforcement_mode)),
    visibility_level: equals("visibility_level"),
    os_id: contains("os_id"),
    ven: refersWith("ven"),
    labels: labelLists((row) => hrefsOf(row.labels)),
  },
  service_bindings: {
    virtual_service: refersWith("virtual_service"),
    workload: refersWith("workload"),
    ...external,
  },
  label_groups: { key: equals("key"), ...named },
  ip_lists: { ...named, fqdn: someContains("fqdns", "fqdn"), ip_address: ipListCovers },
  services: {
    ...named,
    port: someNumber("service_ports", "port"),
    proto: someNumber("service_ports", "proto"),
  },
  virtual_services: {
    ...named,
    labels: labelLists((row) => hrefsOf(row.labels)),
    service: refersWith("service"),
    "service_ports.port": someNumber("service_ports", "port"),
    "service_ports.proto": someNumber("service_ports", "proto"),
    "service_address.fqdn": someContains("service_addresses", "fqdn"),
    "service_address.ip": someContains("service_addresses", "ip"),
  },
  rule_sets: { ...named, labels: labelLists(scopeLabels) },
  enforcement_boundaries: named,
};

/** An IP list that names the text, or whose ranges hold the address. */
function ipListCovers(row: JsonObject, value: string): boolean {
  const ip = parseIp(value);
  return objectsOf(row.ip_ranges).some((range) => {
    const span = spanOf(range);
    const written = `${String(range.from_ip)} ${String(range.to_ip ?? "")}`.includes(
      ip === undefined ? value : formatIp(ip),
    );
    return written || (ip !== undefined && span !== undefined && inRange(ip, span));
  });
}
