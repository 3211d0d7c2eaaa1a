import type { RdsEvent } from "./events.ts";

const DETAIL = {
  "db-instance": { detailType: "RDS DB Instance Event", sourceType: "DB_INSTANCE" },
  "db-cluster": { detailType: "RDS DB Cluster Event", sourceType: "CLUSTER" },
  "db-proxy": { detailType: "RDS DB Proxy Event", sourceType: "DB_PROXY" },
} as const;

/** An RDS event as EventBridge delivers it: best effort, perhaps late, perhaps out of order. */
export function eventBridgeEvent(event: RdsEvent, id: string) {
  const { detailType, sourceType } = DETAIL[event.sourceType];
  const [, , , region = "", account = ""] = event.sourceArn.split(":");
  const time = new Date(event.at).toISOString();
  return {
    version: "0",
    id,
    "detail-type": detailType,
    source: "aws.rds",
    account,
    time: time.replace(/\.\d+Z$/, "Z"),
    region,
    resources: [event.sourceArn],
    detail: {
      EventCategories: event.categories,
      SourceType: sourceType,
      SourceArn: event.sourceArn,
      Date: time,
      Message: event.message,
      SourceIdentifier: event.sourceIdentifier,
      EventID: event.eventId,
      Tags: {},
    },
  };
}
