import type { Diagnostic } from "../diagnostic.ts";
import { databaseInterfaces } from "../inventory/database-interfaces.ts";
import type { Database, Inventory, Tags } from "../inventory/model.ts";
import type { LabelPair, WantedService, WantedWorkload } from "./pce-state.ts";

/** What a PCE should know of an account and region. */
export interface WantedObjects {
  readonly databases: readonly WantedDatabase[];
  /** Clients without an agent. */
  readonly clients: readonly WantedWorkload[];
  readonly findings: readonly Diagnostic[];
}

export interface WantedDatabase {
  readonly database: Database;
  readonly workload: WantedWorkload;
  /** Absent as long as the database has no listener. */
  readonly service?: WantedService;
}

/** The tag that says what each label says, by label key: `{ app: "Application" }`. */
export type LabelTags = Readonly<Record<string, string>>;

/** A database that no tag gives a role has this one. */
const ROLE: LabelPair = { key: "role", value: "database" };

/**
 * What stands for the databases, and for instances that carry a label's tag, in a PCE.
 *
 * @param known addresses that some workload of the PCE holds already: their instances need none
 */
export function wantedObjects(
  inventory: Inventory,
  databases: readonly Database[],
  settings: { readonly owner: string; readonly tags: LabelTags; readonly clients: boolean },
  known: ReadonlySet<string>,
): WantedObjects {
  const interfaces = databaseInterfaces(inventory, settings.owner).certain;
  const findings: Diagnostic[] = [];
  const wanted = databases.map((database) => {
    const addresses = [...new Set((interfaces.get(database.arn) ?? []).flatMap((i) => i.addresses))];
    if (addresses.length === 0) findings.push(addressUnknown(database));
    if (database.port === undefined) findings.push(noListener(database));
    return wantedDatabase(database, addresses, settings.tags);
  });
  return {
    databases: wanted,
    clients: settings.clients ? clients(inventory, settings.tags, known) : [],
    findings,
  };
}

function wantedDatabase(database: Database, addresses: readonly string[], tags: LabelTags): WantedDatabase {
  const labels = labelsOf(database.tags, tags);
  const all = labels.some(({ key }) => key === "role") ? labels : [ROLE, ...labels];
  const { arn, id, accountId, region, kind, endpoints, port } = database;
  // Names are unique in the whole PCE, ids only in an account, a region and a kind.
  const name = `${id} (${kind}, ${accountId} ${region})`;
  const [hostname] = endpoints;
  return {
    database,
    workload: {
      reference: arn,
      name,
      ...(hostname === undefined ? {} : { hostname }),
      ...(addresses.length === 0 ? {} : { addresses }),
      labels: all,
    },
    ...(port === undefined ? {} : { service: { reference: arn, name, port, fqdns: endpoints, labels: all } }),
  };
}

function labelsOf(tags: Tags, by: LabelTags): readonly LabelPair[] {
  return Object.entries(by).flatMap(([key, tag]) => {
    const value = tags[tag]?.trim();
    return value === undefined || value === "" ? [] : [{ key, value }];
  });
}

function clients(
  inventory: Inventory,
  tags: LabelTags,
  known: ReadonlySet<string>,
): readonly WantedWorkload[] {
  const { accountId, region, networkInterfaces, instances = [] } = inventory;
  const byInstance = Map.groupBy(networkInterfaces, (each) => each.instanceId);
  return instances.flatMap((instance): readonly WantedWorkload[] => {
    const labels = labelsOf(instance.tags, tags);
    const addresses = (byInstance.get(instance.instanceId) ?? []).flatMap((each) => each.addresses);
    if (labels.length === 0 || addresses.length === 0 || addresses.some((each) => known.has(each))) return [];
    const name = instance.tags.Name ?? instance.instanceId;
    const reference = `arn:aws:ec2:${region}:${accountId}:instance/${instance.instanceId}`;
    return [{ reference, name: `${name} (${instance.instanceId})`, addresses, labels }];
  });
}

const addressUnknown = ({ id }: Database): Diagnostic => ({
  code: "ONBOARD_ADDRESS_UNKNOWN",
  what: `the address of "${id}" is not known yet`,
  why: "several databases carry the same groups in the same subnets, so that nothing says which interface is whose",
  fix: "policy knows the database by its ARN and endpoint; once it is enforced it has a group of its own: run again",
});

const noListener = ({ id, status }: Database): Diagnostic => ({
  code: "ONBOARD_NO_LISTENER",
  what: `"${id}" has no port yet (${status})`,
  why: "a virtual service says on which port the database listens",
  fix: "run again when the database is available",
});
