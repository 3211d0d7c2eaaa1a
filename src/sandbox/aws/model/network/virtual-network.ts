import type { StateChange } from "../change-feed.ts";
import { ec2State } from "../ec2/ec2-state.ts";
import { createInterface, setInterfaceGroups } from "../ec2/interfaces.ts";
import type { NetworkInterface } from "../ec2/network-interface.ts";
import { partKey } from "../parts.ts";
import type { RegionState, SandboxWorld } from "../region-state.ts";
import { type ConnectionAttempt, loggingInterface, protocolNumber } from "./attempt.ts";
import type { Connection, IdleTimeouts } from "./connection.ts";
import { ConnectionTable } from "./connection-table.ts";
import { findInterface } from "./endpoint.ts";
import { type Admission, type Probe, trafficOf } from "./probe.ts";
import { endpointsOf, judge } from "./reachability.ts";

/** What flowed over a connection that a test wants recorded. */
export interface Flowed {
  readonly durationMs?: number;
  readonly packets?: number;
  readonly bytes?: number;
  readonly returnPackets?: number;
  readonly returnBytes?: number;
  /** False for the middle of a long connection, without SYN. */
  readonly opens?: boolean;
  /** False for a connection that goes on. */
  readonly closes?: boolean;
}

/** An interface that RDS makes for a database. */
export interface NewRdsInterface {
  readonly subnetId: string;
  readonly groupIds: readonly string[];
  /** By default `RDSNetworkInterface`, which names no database; that of a proxy does. */
  readonly description?: string;
  readonly privateIpAddress?: string;
  readonly publicIp?: string;
}

/** Packets between the interfaces of the sandbox and the world outside, judged by the rules in force. */
export class VirtualNetwork {
  /** Every attempt made with {@link connect}, for the flow-log writer. */
  readonly attempts: ConnectionAttempt[] = [];
  readonly #world: SandboxWorld;
  readonly #connections: ConnectionTable;
  #ports = 0;

  constructor(world: SandboxWorld) {
    this.#world = world;
    this.#connections = new ConnectionTable(world);
  }

  get idleTimeouts(): IdleTimeouts {
    return this.#connections.idleTimeouts;
  }

  /** Calls `listener` after every state change. @returns a function that ends it */
  onChange(listener: (change: StateChange) => void): () => void {
    return this.#world.changes.subscribe(listener);
  }

  /** Whether a new connection would pass now: out of the source's interface and into the destination's. */
  admits(probe: Probe): Admission {
    return judge(endpointsOf(this.#world, probe), trafficOf(probe), probe.path ?? "direct");
  }

  /** Opens a connection, or answers undefined when it is refused. */
  open(probe: Probe): Connection | undefined {
    const endpoints = endpointsOf(this.#world, probe);
    const traffic = trafficOf(probe);
    const path = probe.path ?? "direct";
    if (!judge(endpoints, traffic, path).admitted) return undefined;
    return this.#connections.add(endpoints, this.#sourcePort(probe), traffic, path);
  }

  /**
   * Whether packets of the connection still pass. Tracked connections survive the loss of their rule until they are
   * idle for too long; untracked ones die with it.
   */
  isAlive(connection: Connection): boolean {
    return this.#connections.isAlive(connection);
  }

  /** Sends a packet, which keeps the connection from idling out. @returns whether it passed */
  send(connection: Connection): boolean {
    return this.#connections.send(connection);
  }

  close(connection: Connection): void {
    this.#connections.close(connection);
  }

  /** Makes an attempt and keeps it for the flow logs. The destination must be an interface of the sandbox. */
  connect(probe: Probe, flowed: Flowed = {}): ConnectionAttempt {
    const endpoints = endpointsOf(this.#world, probe);
    const { source, destination } = endpoints;
    if (destination.at === undefined) throw new Error(`No interface of the sandbox has ${probe.destination}`);
    const traffic = trafficOf(probe);
    const admission = judge(endpoints, traffic, probe.path ?? "direct");
    const startMs = this.#world.clock.now();
    const attempt: ConnectionAttempt = {
      srcaddr: source.address,
      srcport: this.#sourcePort(probe),
      dstaddr: destination.address,
      dstport: probe.port,
      protocol: protocolNumber(traffic.protocol),
      type: destination.address.includes(":") ? "IPv6" : "IPv4",
      startMs,
      endMs: startMs + (flowed.durationMs ?? 1_000),
      ...volumes(admission.admitted, flowed),
      action: admission.admitted ? "ACCEPT" : "REJECT",
      opens: flowed.opens ?? true,
      closes: admission.admitted && (flowed.closes ?? true),
      admission,
      ...loggingInterface(destination.at),
      ...(source.at === undefined ? {} : { source: loggingInterface(source.at) }),
    };
    this.attempts.push(attempt);
    return attempt;
  }

  /** Replaces the groups in force on an interface, at this instant. @throws AwsError as EC2 would */
  setInterfaceGroups(networkInterfaceId: string, groupIds: readonly string[]): void {
    const found = findInterface(this.#world, networkInterfaceId);
    if (found === undefined) throw new Error(`There is no interface ${networkInterfaceId}`);
    setInterfaceGroups(found.ec2, found.eni, groupIds);
  }

  /** An interface in the customer's account that RDS owns: nothing in it names the database. */
  createRdsInterface(region: RegionState, input: NewRdsInterface): NetworkInterface {
    const { publicIp } = input;
    return createInterface(region.part(ec2State), {
      subnetId: input.subnetId,
      groupIds: input.groupIds,
      description: input.description ?? "RDSNetworkInterface",
      privateIpAddress: input.privateIpAddress,
      publicAddress: publicIp === undefined ? undefined : { publicIp, ipOwnerId: "amazon-rds" },
      requesterId: "amazon-rds",
      attachment: { instanceOwnerId: "amazon-rds", deviceIndex: 1, deleteOnTermination: false },
    });
  }

  /** Ephemeral ports, one after the other. */
  #sourcePort(probe: Probe): number {
    return probe.sourcePort ?? 32_768 + (this.#ports++ % 28_000);
  }
}

/** The network of the whole sandbox: `world.part(virtualNetwork)`. */
export const virtualNetwork = partKey("network", (world: SandboxWorld) => new VirtualNetwork(world));

function volumes(admitted: boolean, flowed: Flowed) {
  const packets = flowed.packets ?? (admitted ? 10 : 3);
  const returnPackets = admitted ? (flowed.returnPackets ?? packets) : 0;
  return {
    packets,
    bytes: flowed.bytes ?? packets * 60,
    returnPackets,
    returnBytes: admitted ? (flowed.returnBytes ?? returnPackets * 120) : 0,
  };
}
