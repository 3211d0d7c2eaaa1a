import { type Ip, type IpRange, isLocalOnly, networkRange, parseCidr, parseIp } from "../address/ip.ts";
import { hrefOf, hrefsOf, type JsonObject, numberOf, objectsOf, textOf, textsOf } from "../model/json.ts";
import { withoutDeletedRules } from "../model/pending.ts";
import { type PceState, tableAt, tableOf } from "../model/state.ts";

/** Labels of an object: label href by key. */
export type LabelsByKey = ReadonlyMap<string, string>;

/** A workload as policy sees it. */
export interface PolicyWorkload {
  readonly href: string;
  readonly labels: LabelsByKey;
  /** Addresses at which peers meet it: no loopback, link-local or ignored interface. */
  readonly addresses: readonly Ip[];
  /** The subnets of those addresses; a single address when its prefix length is unknown. */
  readonly subnets: readonly IpRange[];
}

/** A binding of a virtual service to a workload. */
export interface PolicyBinding {
  readonly workload: string;
  readonly portOverrides: readonly JsonObject[];
}

/** A virtual service as policy sees it. */
export interface PolicyVirtualService {
  readonly href: string;
  readonly labels: LabelsByKey;
  readonly document: JsonObject;
  readonly ipOverrides: readonly IpRange[];
  readonly bindings: readonly PolicyBinding[];
}

/** One policy version together with the live objects, all hrefs in canonical (`draft`) spelling. */
export interface World {
  readonly labelKeys: ReadonlyMap<string, string>;
  readonly labelGroups: ReadonlyMap<string, JsonObject>;
  readonly ipLists: ReadonlyMap<string, JsonObject>;
  readonly services: ReadonlyMap<string, JsonObject>;
  readonly workloads: readonly PolicyWorkload[];
  readonly workloadByHref: ReadonlyMap<string, PolicyWorkload>;
  /** Workloads by {@link ipKey} of each of their addresses. */
  readonly workloadsByAddress: ReadonlyMap<string, readonly PolicyWorkload[]>;
  readonly virtualServices: readonly PolicyVirtualService[];
  readonly ruleSets: readonly JsonObject[];
  readonly boundaries: readonly JsonObject[];
}

/** Takes the world as of `draft`, `active` or a version number; `undefined` for a version that never was. */
export function readWorld(state: PceState, version: string): World | undefined {
  if (tableAt(state, version, "rule_sets") === undefined) return undefined;
  const documents = (collection: string): ReadonlyMap<string, JsonObject> =>
    new Map(
      [...(tableAt(state, version, collection) ?? [])]
        .filter(([, document]) => document.update_type !== "delete")
        .map(([href, document]) => [href, withoutDeletedRules(document)]),
    );
  const labelKeys = new Map(
    [...tableOf(state, "labels").values()]
      .filter((label) => label.deleted !== true)
      .map((label) => [String(label.href), String(label.key)]),
  );
  const bindings = Map.groupBy(tableOf(state, "service_bindings").values(), (binding) =>
    String(hrefOf(binding.virtual_service)),
  );
  const workloads = [...tableOf(state, "workloads").values()]
    .filter((workload) => workload.deleted !== true)
    .map((workload) => readWorkload(workload, labelKeys, state.switches.publicIpIsAddress));
  return {
    labelKeys,
    labelGroups: documents("label_groups"),
    ipLists: documents("ip_lists"),
    services: documents("services"),
    workloads,
    workloadByHref: new Map(workloads.map((workload) => [workload.href, workload])),
    workloadsByAddress: byAddress(workloads),
    virtualServices: [...documents("virtual_services")].map(([href, document]) => ({
      href,
      labels: labelsOf(document, labelKeys),
      document,
      ipOverrides: textsOf(document.ip_overrides).flatMap((text) => parseCidr(text) ?? []),
      bindings: (bindings.get(href) ?? []).map((binding) => ({
        workload: hrefOf(binding.workload) ?? "",
        portOverrides: objectsOf(binding.port_overrides),
      })),
    })),
    ruleSets: [...documents("rule_sets").values()],
    boundaries: [...documents("enforcement_boundaries").values()],
  };
}

/** An address as a key. */
export const ipKey = (ip: Ip): string => `${ip.family} ${ip.value}`;

function byAddress(workloads: readonly PolicyWorkload[]): ReadonlyMap<string, readonly PolicyWorkload[]> {
  const found = new Map<string, PolicyWorkload[]>();
  for (const workload of workloads) {
    for (const key of new Set(workload.addresses.map(ipKey))) {
      found.set(key, [...(found.get(key) ?? []), workload]);
    }
  }
  return found;
}

function labelsOf(document: JsonObject, keys: ReadonlyMap<string, string>): LabelsByKey {
  return new Map(
    hrefsOf(document.labels).flatMap((href) => {
      const key = keys.get(href);
      return key === undefined ? [] : [[key, href] as const];
    }),
  );
}

function readWorkload(
  workload: JsonObject,
  keys: ReadonlyMap<string, string>,
  publicIpIsAddress: boolean,
): PolicyWorkload {
  const ignored = textsOf(workload.ignored_interface_names);
  const usable = objectsOf(workload.interfaces)
    .filter((item) => !ignored.includes(String(item.name)) && isReachable(item))
    .flatMap((item) => {
      const ip = parseIp(String(item.address));
      return ip === undefined || isLocalOnly(ip) ? [] : [{ ip, prefix: numberOf(item.cidr_block) }];
    });
  const shared = publicIpIsAddress || workload.datacenter_nat_1to1 === true;
  const publicIp = shared ? parseIp(textOf(workload.public_ip) ?? "") : undefined;
  return {
    href: String(workload.href),
    labels: labelsOf(workload, keys),
    addresses: [...usable.map(({ ip }) => ip), ...(publicIp === undefined ? [] : [publicIp])],
    subnets: usable.map(({ ip, prefix }) => networkRange(ip, prefix ?? (ip.family === 4 ? 32 : 128))),
  };
}

const isReachable = (item: JsonObject): boolean =>
  item.loopback !== true && item.network_detection_mode !== "link_local";
