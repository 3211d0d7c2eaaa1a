import { formatIp, inRange, parseIp } from "../address/ip.ts";
import { spanOf } from "./collections/ip-lists.ts";
import { canonicalHref, hrefIn } from "./hrefs.ts";
import { hrefOf, hrefsOf, isObject, type JsonObject, numberOf, objectsOf, textOf, textsOf } from "./json.ts";
import { present } from "./present.ts";
import { activeTable, type PceState, type ReceivedFlow, tableOf } from "./state.ts";

/** Uploaded flows that a traffic query asks for, one row per source, destination and port. */
export function trafficRows(state: PceState, query: JsonObject): readonly JsonObject[] {
  const decisions = textsOf(query.policy_decisions);
  // Uploaded flows are never judged: a query that does not ask for "unknown" does not see them.
  if (decisions.length > 0 && !decisions.includes("unknown")) return [];
  const from = Date.parse(textOf(query.start_date) ?? "") || Number.NEGATIVE_INFINITY;
  const to = Date.parse(textOf(query.end_date) ?? "") || Number.POSITIVE_INFINITY;
  const groups = Map.groupBy(
    state.receivedFlows.filter((flow) => from <= flow.receivedAt && flow.receivedAt <= to),
    (flow) => `${flow.srcIp} ${flow.dstIp} ${flow.dstPort} ${flow.protocol}`,
  );
  const nodes = nodeReader(state);
  return [...groups.values()]
    .flatMap((flows) => {
      const first = flows[0];
      return first === undefined || !asksFor(state, query, first, nodes) ? [] : [row(first, flows, nodes)];
    })
    .slice(0, numberOf(query.max_results));
}

type NodeReader = (ip: string) => JsonObject;

/** One end of a flow as the traffic map shows it, remembered per address. */
function nodeReader(state: PceState): NodeReader {
  const byAddress = new Map<string, JsonObject>();
  for (const workload of tableOf(state, "workloads").values()) {
    if (workload.deleted === true) continue;
    for (const item of objectsOf(workload.interfaces)) byAddress.set(normal(String(item.address)), workload);
  }
  const known = new Map<string, JsonObject>();
  return (ip) => {
    const node = known.get(ip) ?? readNode(state, ip, byAddress.get(normal(ip)));
    known.set(ip, node);
    return node;
  };
}

function normal(text: string): string {
  const ip = parseIp(text);
  return ip === undefined ? text : formatIp(ip);
}

function readNode(state: PceState, ip: string, workload: JsonObject | undefined): JsonObject {
  const address = parseIp(ip);
  const lists = [...activeTable(state, "ip_lists").values()].filter((list) => {
    const holds = (exclusion: boolean): boolean =>
      objectsOf(list.ip_ranges).some((range) => {
        const span = spanOf(range);
        return (
          (range.exclusion === true) === exclusion &&
          address !== undefined &&
          span !== undefined &&
          inRange(address, span)
        );
      });
    return holds(false) && !holds(true);
  });
  return {
    ip,
    ...(workload === undefined ? {} : { workload: workloadSummary(state, workload) }),
    ip_lists: lists.map((list) => ({ href: hrefIn("active", String(list.href)), name: list.name ?? null })),
  };
}

function workloadSummary(state: PceState, workload: JsonObject): JsonObject {
  const { href, name, hostname, managed, enforcement_mode, labels } = present(
    state,
    "workloads",
    workload,
    "draft",
  );
  return {
    href: href ?? null,
    name: name ?? null,
    hostname: hostname ?? null,
    managed: managed ?? false,
    enforcement_mode: enforcement_mode ?? null,
    labels: labels ?? [],
  };
}

function asksFor(state: PceState, query: JsonObject, flow: ReceivedFlow, nodes: NodeReader): boolean {
  const source = sideAsks(state, query.sources, nodes(flow.srcIp));
  const destination = sideAsks(state, query.destinations, nodes(flow.dstIp));
  const ends = query.sources_destinations_query_op === "or" ? source || destination : source && destination;
  if (!ends || !isObject(query.services)) return ends;
  const included = objectsOf(query.services.include);
  const named = (service: JsonObject): boolean => serviceHolds(service, flow);
  return (included.length === 0 || included.some(named)) && !objectsOf(query.services.exclude).some(named);
}

function serviceHolds(service: JsonObject, flow: ReceivedFlow): boolean {
  const from = numberOf(service.port);
  const portFits =
    from === undefined || (from <= flow.dstPort && flow.dstPort <= (numberOf(service.to_port) ?? from));
  return portFits && (service.proto === undefined || service.proto === flow.protocol);
}

/** `include` is an OR-list of AND-lists, `exclude` a plain list. */
function sideAsks(state: PceState, side: JsonObject[string] | undefined, node: JsonObject): boolean {
  if (!isObject(side)) return true;
  const lists = Array.isArray(side.include) ? side.include : [];
  const included =
    lists.length === 0 || lists.some((list) => objectsOf(list).every((entry) => selects(state, entry, node)));
  return included && !objectsOf(side.exclude).some((entry) => selects(state, entry, node));
}

function selects(state: PceState, entry: JsonObject, node: JsonObject): boolean {
  const workload = isObject(node.workload) ? node.workload : undefined;
  const labels = hrefsOf(workload?.labels);
  if (entry.actors === "ams") return workload !== undefined;
  if (entry.ip_address !== undefined) return normal(String(entry.ip_address)) === normal(String(node.ip));
  if (entry.workload !== undefined) return hrefOf(entry.workload) === workload?.href;
  if (entry.label !== undefined) return labels.includes(hrefOf(entry.label) ?? "");
  if (entry.label_group !== undefined) {
    const group = activeTable(state, "label_groups").get(canonicalHref(hrefOf(entry.label_group) ?? ""));
    return hrefsOf(group?.labels).some((href) => labels.includes(href));
  }
  const list = hrefIn("active", hrefOf(entry.ip_list) ?? "");
  return entry.ip_list !== undefined && hrefsOf(node.ip_lists).includes(list);
}

function row(first: ReceivedFlow, flows: readonly ReceivedFlow[], nodes: NodeReader): JsonObject {
  const times = flows.map((flow) => flow.receivedAt);
  const instant = (time: number): string => new Date(time).toISOString();
  return {
    src: nodes(first.srcIp),
    dst: nodes(first.dstIp),
    service: { port: first.dstPort, proto: first.protocol },
    num_connections: flows.length,
    state: "snapshot",
    timestamp_range: {
      first_detected: instant(times.reduce((a, b) => Math.min(a, b))),
      last_detected: instant(times.reduce((a, b) => Math.max(a, b))),
    },
    policy_decision: "unknown",
    boundary_decision: "unknown",
    flow_direction: "outbound",
    dst_bi: 0,
    dst_bo: 0,
    transmission: "unicast",
    caps: [],
  };
}
