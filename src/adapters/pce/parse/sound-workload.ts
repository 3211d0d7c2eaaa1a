import type { Href, Workload, WorkloadInterface } from "../../../core/policy/model.ts";
import { canonicalHref } from "./href.ts";
import { toInterface } from "./workload-interface.ts";

type Json = Readonly<Record<string, unknown>>;

const NONE: readonly never[] = [];

/**
 * Reads a workload that has nothing unusual, as nearly all of an inventory of a hundred thousand have: several times as
 * quick as a schema that can say what is wrong.
 *
 * @returns `undefined` for any other, which the schema then reads
 */
export function soundWorkload(json: unknown): Workload | undefined {
  if (!isObject(json)) return undefined;
  const { href, managed } = json;
  if (typeof href !== "string" || href === "" || typeof managed !== "boolean") return undefined;
  if ((json.deleted ?? false) !== false || !isAgent(json.ven) || !isAgent(json.agent)) return undefined;
  const interfaces = soundInterfaces(json.interfaces);
  const labels = soundReferences(json.labels);
  const ignored = soundNames(json.ignored_interface_names);
  if (interfaces === undefined || labels === undefined || ignored === undefined) return undefined;
  const texts = soundTexts(json);
  if (texts === undefined) return undefined;
  return {
    ...texts,
    href: canonicalHref(href),
    managed,
    interfaces,
    ignoredInterfaceNames: ignored,
    labels,
    unreadable: NONE,
  };
}

function isObject(json: unknown): json is Json {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

function isTextOrNothing(json: unknown): json is string | null | undefined {
  return typeof json === "string" || json === null || json === undefined;
}

function isAgent(json: unknown): boolean {
  return json === null || json === undefined || (isObject(json) && isTextOrNothing(json.href));
}

function soundTexts(
  json: Json,
): Pick<Workload, "name" | "hostname" | "publicIp" | "externalDataReference"> | undefined {
  const { name, hostname, public_ip, external_data_reference: reference } = json;
  const areTexts = isTextOrNothing(name) && isTextOrNothing(hostname);
  if (!areTexts || !isTextOrNothing(public_ip) || !isTextOrNothing(reference)) return undefined;
  return {
    ...(name ? { name } : {}),
    ...(hostname ? { hostname } : {}),
    ...(public_ip ? { publicIp: public_ip } : {}),
    ...(reference ? { externalDataReference: reference } : {}),
  };
}

function soundInterfaces(list: unknown): readonly WorkloadInterface[] | undefined {
  if (!Array.isArray(list)) return list === null || list === undefined ? NONE : undefined;
  const out: WorkloadInterface[] = [];
  for (const json of list as readonly unknown[]) {
    const read = soundInterface(json);
    if (read === undefined) return undefined;
    if (read.address) out.push(toInterface(read, read.address));
  }
  return out;
}

function soundInterface(json: unknown): Parameters<typeof toInterface>[0] | undefined {
  if (!isObject(json)) return undefined;
  const { name, address, cidr_block: length, loopback, network_detection_mode: mode } = json;
  if (!isTextOrNothing(name) || !isTextOrNothing(address) || !isTextOrNothing(mode)) return undefined;
  if (!isLengthOrNothing(length)) return undefined;
  if (loopback !== null && loopback !== undefined && typeof loopback !== "boolean") return undefined;
  return { name, address, cidr_block: length, loopback, network_detection_mode: mode };
}

function isLengthOrNothing(json: unknown): json is number | null | undefined {
  if (json === null || json === undefined) return true;
  return typeof json === "number" && Number.isInteger(json) && json >= 0 && json <= 128;
}

function soundReferences(list: unknown): readonly Href[] | undefined {
  if (!Array.isArray(list)) return list === null || list === undefined ? NONE : undefined;
  const out: Href[] = [];
  for (const json of list as readonly unknown[]) {
    if (!isObject(json) || typeof json.href !== "string" || json.href === "") return undefined;
    out.push(canonicalHref(json.href));
  }
  return out;
}

/** Members that are no names are passed over. */
function soundNames(list: unknown): readonly string[] | undefined {
  if (!Array.isArray(list)) return list === null || list === undefined ? NONE : undefined;
  const names = (list as readonly unknown[]).filter((name) => typeof name === "string");
  return names.length === 0 ? NONE : names;
}
