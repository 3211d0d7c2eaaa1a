import type { IdSource } from "./ids.ts";
import type { JsonObject } from "./json.ts";

/** Documents of one collection by canonical href, in order of creation. */
export type Table = ReadonlyMap<string, JsonObject>;

/** Who does something, and through which request. */
export interface Actor {
  readonly userHref: string;
  readonly username: string;
  readonly request?: { readonly endpoint: string; readonly method: string; readonly address: string };
}

/** One provisioned policy version with all its objects. */
export interface PolicyVersion {
  readonly version: number;
  readonly commitMessage: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly workloadsAffected: number;
  readonly modified: readonly string[];
  readonly objects: ReadonlyMap<string, Table>;
}

/** A flow as `bulk_traffic_flows` received it; `receivedAt` in milliseconds of the sandbox clock. */
export interface ReceivedFlow {
  readonly srcIp: string;
  readonly dstIp: string;
  readonly dstPort: number;
  readonly protocol: number;
  readonly receivedAt: number;
}

/** A user or API key that may log in with HTTP Basic. */
export interface Credential {
  readonly keyId: string;
  readonly secret: string;
  readonly userHref: string;
  readonly username: string;
}

/** Things of which real PCEs differ or that take time; all can be changed while the sandbox runs. */
export interface PceSwitches {
  /** Requests a minute and key before 429; `Infinity` turns the limiter off. */
  requestsPerMinute: number;
  /** Seconds in `Retry-After` of a 429; `undefined` sends none, as documented. */
  retryAfterOn429: number | undefined;
  /** True: no synchronous answer holds more than 500 rows, whatever `max_results` says. */
  capAt500: boolean;
  /** True: `X-Total-Count` counts what the filter leaves; false: the whole collection, as seen on 25.2. */
  totalCountIsFiltered: boolean;
  /** Seconds in `Retry-After` of an asynchronous answer. */
  jobRetryAfterSeconds: number;
  /** Times a job or traffic query answers "not yet" before it is done. */
  jobPolls: number;
  /** Jobs to come that fail. */
  failJobs: number;
  /** True: `Location` of a job is an absolute URL. */
  absoluteJobLocation: boolean;
  /** Milliseconds that a bulk operation takes; a second one in that time gets 429. */
  bulkMilliseconds: number;
  /** True: `public_ip` counts as an address of its workload (NAT detection "1:1 NAT"). */
  publicIpIsAddress: boolean;
}

/** The whole state of one organisation on the PCE. */
export interface PceState {
  readonly orgId: string;
  readonly ids: IdSource;
  readonly now: () => number;
  readonly switches: PceSwitches;
  readonly credentials: Credential[];
  /** Unversioned objects: effective at once. */
  readonly live: Map<string, Map<string, JsonObject>>;
  /** Draft of the versioned objects; the documents carry `update_type`. */
  readonly draft: Map<string, Map<string, JsonObject>>;
  /** Provisioned versions, oldest first; the last is the active one. */
  readonly versions: PolicyVersion[];
  readonly events: JsonObject[];
  readonly receivedFlows: ReceivedFlow[];
  /** Answers of asynchronous reads and traffic queries, by href. */
  readonly jobs: Map<string, JobRecord>;
  readonly datafiles: Map<string, string>;
  /** Until when a bulk operation runs, in milliseconds of the clock. */
  bulkBusyUntil: number;
}

/** An asynchronous read or traffic query. */
export interface JobRecord {
  readonly document: JsonObject;
  readonly pollsLeft: number;
  readonly final: JsonObject;
}

/** The collections kept apart in `live`. */
const LIVE_COLLECTIONS = ["labels", "label_dimensions", "workloads", "service_bindings"] as const;

/** The versioned collections, which are also the keys of a `change_subset`. */
export const POLICY_COLLECTIONS = [
  "label_groups",
  "services",
  "rule_sets",
  "ip_lists",
  "virtual_services",
  "firewall_settings",
  "enforcement_boundaries",
  "secure_connect_gateways",
  "virtual_servers",
] as const;

/** Everything a fresh state is made from. */
export interface StateOptions {
  readonly orgId: string;
  readonly ids: IdSource;
  readonly now: () => number;
  readonly switches: PceSwitches;
  readonly credentials: readonly Credential[];
}

/** A state without any object. */
export function createState(options: StateOptions): PceState {
  const tables = (names: readonly string[]): Map<string, Map<string, JsonObject>> =>
    new Map(names.map((name) => [name, new Map<string, JsonObject>()]));
  return {
    ...options,
    credentials: [...options.credentials],
    live: tables(LIVE_COLLECTIONS),
    draft: tables(POLICY_COLLECTIONS),
    versions: [],
    events: [],
    receivedFlows: [],
    jobs: new Map(),
    datafiles: new Map(),
    bulkBusyUntil: Number.NEGATIVE_INFINITY,
  };
}

/** Now as the PCE writes it: RFC 3339 with milliseconds, UTC. */
export const timestamp = (state: PceState): string => new Date(state.now()).toISOString();

/** The live or draft table of a collection; an unknown name is a bug of ours. */
export function tableOf(state: PceState, collection: string): Map<string, JsonObject> {
  const table = state.live.get(collection) ?? state.draft.get(collection);
  if (table === undefined) throw new Error(`No collection "${collection}"`);
  return table;
}

const EMPTY: Table = new Map();

/** The active table of a versioned collection. */
export const activeTable = (state: PceState, collection: string): Table =>
  state.versions.at(-1)?.objects.get(collection) ?? EMPTY;

/** A table as of `draft`, `active` or a version number; `undefined` for a version that never was. */
export function tableAt(state: PceState, version: string, collection: string): Table | undefined {
  if (version === "draft") return tableOf(state, collection);
  if (version === "active") return activeTable(state, collection);
  const found = state.versions.find((entry) => String(entry.version) === version);
  return found === undefined ? undefined : (found.objects.get(collection) ?? EMPTY);
}
