import { type Ip, inRange } from "../address/ip.ts";
import { spanOf } from "../model/collections/ip-lists.ts";
import { hrefOf, type JsonObject, objectsOf } from "../model/json.ts";
import { isLabelEntry, matchesLabelEntries, matchesScope, type Reading } from "./labels.ts";
import type { BoundVirtualService, Party } from "./party.ts";
import type { LabelsByKey, PolicyWorkload, World } from "./world.ts";

/** What one side of a rule is matched by. */
export interface SideMatch {
  readonly workloads: readonly PolicyWorkload[];
  readonly virtualServices: readonly BoundVirtualService[];
  readonly ipList: boolean;
}

/** One side of a rule with what bounds it. */
export interface Side {
  readonly entries: readonly JsonObject[];
  /** What label entries and "all workloads" stand for. */
  readonly resolveAs: readonly string[];
  /** `undefined`: not bounded by the scope. */
  readonly scope: readonly JsonObject[] | undefined;
  readonly reading: Reading;
}

/** Which parts of a party a side of a rule names. */
export function matchSide(
  world: World,
  side: Side,
  party: Party,
  workloads: readonly PolicyWorkload[],
): SideMatch {
  const named = (object: { readonly href: string; readonly labels: LabelsByKey }, kind: ActorKind): boolean =>
    byLabels(world, side, object.labels, kind) || directly(world, side, object, kind);
  return {
    workloads: workloads.filter((workload) => named(workload, "workload")),
    virtualServices: party.virtualServices.filter(({ service }) => named(service, "virtual_service")),
    ipList: side.entries.some((entry) => inIpList(world, entry, party.addresses)),
  };
}

type ActorKind = "workload" | "virtual_service";

function byLabels(world: World, side: Side, labels: LabelsByKey, kind: ActorKind): boolean {
  if (!side.resolveAs.includes(`${kind}s`)) return false;
  const ams = side.entries.some((entry) => entry.actors === "ams");
  const entries = side.entries.filter(isLabelEntry);
  if (!ams && entries.length === 0) return false;
  return inScope(world, side, labels) && matchesLabelEntries(world, entries, ams, labels, side.reading);
}

const inScope = (world: World, side: Side, labels: LabelsByKey): boolean =>
  side.scope === undefined || matchesScope(world, side.scope, labels, side.reading);

/** Named by href. Whether that reaches outside the scope is not documented: grants stay inside, override-denies do not. */
function directly(
  world: World,
  side: Side,
  object: { readonly href: string; readonly labels: LabelsByKey },
  kind: ActorKind,
): boolean {
  const isNamed = side.entries.some((entry) => hrefOf(entry[kind]) === object.href);
  return isNamed && (side.reading === "wide" || inScope(world, side, object.labels));
}

/** (Union of inclusions) minus (union of exclusions); FQDNs give no source address; scopes never filter IP lists. */
function inIpList(world: World, entry: JsonObject, addresses: readonly Ip[]): boolean {
  const ranges = objectsOf(world.ipLists.get(hrefOf(entry.ip_list) ?? "")?.ip_ranges);
  const covered = (ip: Ip, exclusion: boolean): boolean =>
    ranges.some((range) => {
      const span = spanOf(range);
      return (range.exclusion === true) === exclusion && span !== undefined && inRange(ip, span);
    });
  return addresses.some((ip) => covered(ip, false) && !covered(ip, true));
}
