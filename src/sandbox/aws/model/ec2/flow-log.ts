/** A flow-log subscription; its format never changes. */
export interface FlowLog {
  readonly flowLogId: string;
  readonly resourceId: string;
  readonly trafficType: "ACCEPT" | "REJECT" | "ALL";
  readonly logDestinationType: string;
  readonly logDestination: string | undefined;
  readonly logGroupName: string | undefined;
  readonly deliverLogsPermissionArn: string | undefined;
  readonly logFormat: string;
  readonly maxAggregationInterval: 60 | 600;
  readonly fileFormat: "plain-text" | "parquet";
  readonly hiveCompatiblePartitions: boolean;
  readonly perHourPartition: boolean;
  readonly createdAtMs: number;
  /** Why AWS does not deliver it (`Access error`, `Rate limited`, `Unknown error`); absent while it does. */
  readonly deliveryProblem?: string;
}
