import type { AnyRdsResource } from "./database.ts";

/** One entry of DescribeEvents; EventBridge carries the same with `eventId`. */
export interface RdsEvent {
  readonly at: number;
  readonly eventId: string;
  readonly sourceType: "db-instance" | "db-cluster" | "db-proxy";
  readonly sourceIdentifier: string;
  readonly sourceArn: string;
  readonly message: string;
  readonly categories: readonly string[];
}

/** What the sandbox tells, with the ids and categories that RDS gives it. */
export const EVENTS = {
  groupAdded: {
    eventId: "RDS-EVENT-0009",
    categories: ["configuration change"],
    message: "Added to security group",
  },
  groupRemoved: {
    eventId: "RDS-EVENT-0010",
    categories: ["configuration change"],
    message: "Removed from security group",
  },
  created: { eventId: "RDS-EVENT-0005", categories: ["creation"], message: "DB instance created" },
  deleted: { eventId: "RDS-EVENT-0003", categories: ["deletion"], message: "DB instance deleted" },
  restarted: { eventId: "RDS-EVENT-0006", categories: ["availability"], message: "DB instance restarted" },
  failedOver: {
    eventId: "RDS-EVENT-0049",
    categories: ["failover"],
    message: "Multi-AZ instance failover completed",
  },
  clusterFailedOver: {
    eventId: "RDS-EVENT-0071",
    categories: ["failover"],
    message: "Completed failover to DB instance",
  },
  restored: { eventId: "RDS-EVENT-0043", categories: ["restoration"], message: "Restored from snapshot" },
  stopped: { eventId: "RDS-EVENT-0087", categories: ["notification"], message: "DB instance stopped" },
  started: { eventId: "RDS-EVENT-0088", categories: ["notification"], message: "DB instance started" },
} as const satisfies Record<string, Pick<RdsEvent, "eventId" | "categories" | "message">>;

/** The events that the sandbox writes. */
export type RdsEventName = keyof typeof EVENTS;

const SOURCE_TYPE = {
  instance: "db-instance",
  cluster: "db-cluster",
  proxy: "db-proxy",
  proxyEndpoint: "db-proxy",
} as const;

interface EventLog {
  readonly now: number;
  readonly events: RdsEvent[];
}

/** Writes an event; RDS keeps them for 14 days and promises neither order nor completeness. */
export function recordEvent(log: EventLog, resource: AnyRdsResource, name: RdsEventName, detail = ""): void {
  const { eventId, categories, message } = EVENTS[name];
  log.events.push({
    at: log.now,
    eventId,
    sourceType: SOURCE_TYPE[resource.kind],
    sourceIdentifier: resource.identifier,
    sourceArn: resource.arn,
    message: detail === "" ? message : `${message} ${detail}`,
    categories,
  });
}

/** The parameters of DescribeEvents; times are milliseconds UTC. */
export interface EventFilter {
  readonly sourceIdentifier?: string | undefined;
  readonly sourceType?: string | undefined;
  readonly categories: readonly string[];
  readonly startMs?: number | undefined;
  readonly endMs?: number | undefined;
  readonly durationMs?: number | undefined;
}

/** The events that fit, oldest first; without times those of the last hour. */
export function findEvents(log: EventLog, filter: EventFilter): readonly RdsEvent[] {
  const endMs = filter.endMs ?? log.now;
  const startMs = filter.startMs ?? endMs - (filter.durationMs ?? 3_600_000);
  return log.events.filter(
    (event) =>
      event.at >= startMs &&
      event.at <= endMs &&
      (filter.sourceIdentifier ?? event.sourceIdentifier) === event.sourceIdentifier &&
      (filter.sourceType ?? event.sourceType) === event.sourceType &&
      (filter.categories.length === 0 ||
        filter.categories.some((category) => event.categories.includes(category))),
  );
}
