import type { InterfaceAt } from "./endpoint.ts";
import type { Admission } from "./probe.ts";

/** Where an interface that sees the traffic is. */
export interface LoggingInterface {
  readonly interfaceId: string;
  readonly accountId: string;
  readonly region: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly availabilityZone: string;
  readonly instanceId?: string;
}

/**
 * One connection attempt with what flowed, from the consumer's side: `srcaddr` opened it. The fields of the
 * destination's interface lie at the top level; `source` is there when the consumer is in the sandbox too.
 */
export interface ConnectionAttempt extends LoggingInterface {
  readonly srcaddr: string;
  readonly srcport: number;
  readonly dstaddr: string;
  readonly dstport: number;
  /** IANA number. */
  readonly protocol: number;
  readonly type: "IPv4" | "IPv6";
  readonly startMs: number;
  readonly endMs: number;
  /** From source to destination. */
  readonly packets: number;
  readonly bytes: number;
  /** Answers; zero when rejected. */
  readonly returnPackets: number;
  readonly returnBytes: number;
  readonly action: "ACCEPT" | "REJECT";
  /** Whether the handshake and the end of the connection fall into this attempt (they decide tcp-flags). */
  readonly opens: boolean;
  readonly closes: boolean;
  readonly source?: LoggingInterface;
  readonly admission: Admission;
}

/** The place of an interface, as flow logs name it. */
export function loggingInterface({ ec2, eni }: InterfaceAt): LoggingInterface {
  const instanceId = eni.attachment?.instanceId;
  return {
    interfaceId: eni.networkInterfaceId,
    accountId: ec2.region.accountId,
    region: ec2.region.region,
    vpcId: eni.vpcId,
    subnetId: eni.subnetId,
    availabilityZone: eni.availabilityZone,
    ...(instanceId === undefined ? {} : { instanceId }),
  };
}

/** IANA protocol numbers of the names that EC2 uses. */
export function protocolNumber(protocol: string): number {
  const known: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1, icmpv6: 58 };
  return known[protocol] ?? Number(protocol);
}
