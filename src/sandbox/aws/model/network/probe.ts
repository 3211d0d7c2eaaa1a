import type { SecurityGroupRule } from "../ec2/security-group.ts";
import type { NetworkPath, Traffic } from "./evaluate.ts";

/** A question to the network. Source and destination are addresses or interface ids. */
export interface Probe {
  readonly source: string;
  readonly destination: string;
  /** `tcp`, `udp`, `icmp`, `icmpv6` or a number; by default `tcp`. */
  readonly protocol?: string;
  /** Destination port; for ICMP the type. */
  readonly port: number;
  readonly icmpCode?: number;
  readonly sourcePort?: number;
  readonly path?: NetworkPath;
}

/** The answer, by the rules in force at this moment. */
export interface Admission {
  readonly admitted: boolean;
  /** How the destination's interface would remember it; true when nothing is admitted or known. */
  readonly tracked: boolean;
  /** A rule that lets the traffic into the destination. */
  readonly by: SecurityGroupRule | undefined;
  /** Which side refused it. */
  readonly refusedBy: "sourceEgress" | "destinationIngress" | undefined;
}

/** The packets that a probe stands for. */
export const trafficOf = (probe: Probe): Traffic => ({
  protocol: probe.protocol ?? "tcp",
  port: probe.port,
  ...(probe.icmpCode === undefined ? {} : { icmpCode: probe.icmpCode }),
});
