import { zoneId } from "../ec2/vpcs.ts";
import type { LoggingInterface } from "../network/attempt.ts";
import { recordVersion } from "./fields.ts";

/** One line of a flow log: one direction of one conversation in one aggregation interval. */
export interface TrafficRecord {
  readonly logStatus: "OK";
  readonly on: LoggingInterface;
  readonly srcaddr: string;
  readonly dstaddr: string;
  readonly srcport: number;
  readonly dstport: number;
  /** IANA number. */
  readonly protocol: number;
  readonly packets: number;
  readonly bytes: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly action: "ACCEPT" | "REJECT";
  readonly tcpFlags: number;
  readonly type: "IPv4" | "IPv6";
  /** The addresses of the packet itself, which differ from the other two on an intermediary only. */
  readonly pktSrcaddr: string;
  readonly pktDstaddr: string;
  readonly flowDirection: "ingress" | "egress";
}

/** A line that says only that there was nothing, or that records were lost. */
export interface StatusRecord {
  readonly logStatus: "NODATA" | "SKIPDATA";
  readonly on: LoggingInterface;
  readonly startMs: number;
  readonly endMs: number;
}

/** One line of a flow log. */
export type FlowRecord = TrafficRecord | StatusRecord;

/** One line with the fields in this order, `-` for what does not apply. */
export function renderRecord(record: FlowRecord, fields: readonly string[]): string {
  const values = { version: recordVersion(fields), ...commonValues(record), ...trafficValues(record) };
  const byName: Readonly<Record<string, string | number | undefined>> = values;
  return fields.map((field) => byName[field] ?? "-").join(" ");
}

function commonValues(record: FlowRecord) {
  const { on } = record;
  return {
    "account-id": on.accountId,
    "interface-id": on.interfaceId,
    start: Math.floor(record.startMs / 1000),
    end: Math.floor(record.endMs / 1000),
    "log-status": record.logStatus,
  };
}

function trafficValues(record: FlowRecord) {
  if (record.logStatus !== "OK") return {};
  const { on, srcaddr, dstaddr, srcport, dstport, protocol, packets, bytes, action, type } = record;
  return {
    srcaddr,
    dstaddr,
    srcport,
    dstport,
    protocol,
    packets,
    bytes,
    action,
    type,
    "vpc-id": on.vpcId,
    "subnet-id": on.subnetId,
    // Absent on interfaces that a service such as RDS manages.
    "instance-id": on.instanceId,
    "tcp-flags": record.tcpFlags,
    "pkt-srcaddr": record.pktSrcaddr,
    "pkt-dstaddr": record.pktDstaddr,
    region: on.region,
    "az-id": zoneId(on.availabilityZone),
    "flow-direction": record.flowDirection,
    // Known of egress only; 1 is "through another resource in the same VPC".
    "traffic-path": record.flowDirection === "egress" ? 1 : undefined,
  };
}
