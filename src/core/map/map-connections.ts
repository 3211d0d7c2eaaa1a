import { numberAt } from "./column.ts";
import { DECISIONS, type MapData, type MapLabels, type PolicyDecision } from "./map-data.ts";
import type { MapState } from "./map-state.ts";
import { siftLinks } from "./sift-links.ts";
import { type MapLink, whatHappened } from "./traffic-map.ts";

/** One consumer's address and one database's port, whatever the map is grouped by. */
export interface MapConnection {
  readonly consumer: string;
  readonly workload?: string;
  readonly ipList?: string;
  readonly consumerLabels: MapLabels;
  readonly database: string;
  readonly arn: string;
  readonly databaseLabels: MapLabels;
  readonly port: number;
  readonly reported: PolicyDecision;
  readonly draft?: PolicyDecision;
  readonly happened: MapLink["happened"];
  /** Flow-log records. */
  readonly accepted: number;
  readonly rejected: number;
  /** Seconds since 1970, UTC; 0 where nothing was seen. */
  readonly first: number;
  readonly last: number;
}

/** Every connection that passes the filters, drawn or not, in the order of the data. */
export function mapConnections(data: MapData, state: MapState): readonly MapConnection[] {
  return Array.from(siftLinks(data, state).passed, (link) => connection(data, link)).filter(
    (each) => each !== undefined,
  );
}

function connection({ consumers, workloads, databases, links }: MapData, link: number) {
  const consumer = consumers[numberAt(links.consumer, link)];
  const database = databases[numberAt(links.database, link)];
  if (consumer === undefined || database === undefined) return undefined;
  const workload = consumer.workload === undefined ? undefined : workloads[consumer.workload];
  const [accepted, rejected] = [numberAt(links.accepted, link), numberAt(links.rejected, link)];
  const found: MapConnection = {
    consumer: consumer.address,
    ...(workload === undefined ? {} : { workload: workload.name }),
    ...(consumer.ipList === undefined ? {} : { ipList: consumer.ipList }),
    consumerLabels: workload?.labels ?? {},
    database: database.id,
    arn: database.arn,
    databaseLabels: database.labels,
    port: numberAt(links.port, link),
    reported: decided(links.reported, link),
    ...(links.draft === undefined ? {} : { draft: decided(links.draft, link) }),
    happened: whatHappened(accepted, rejected),
    accepted,
    rejected,
    first: numberAt(links.first, link),
    last: numberAt(links.last, link),
  };
  return found;
}

const decided = (column: readonly number[], link: number): PolicyDecision =>
  DECISIONS[column[link] ?? DECISIONS.length] ?? "unknown";
