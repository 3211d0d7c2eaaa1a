import type { SandboxWorld } from "../region-state.ts";
import {
  type Connection,
  DEFAULT_IDLE_TIMEOUTS,
  type IdleTimeouts,
  idleTimeoutMs,
  type Tracking,
} from "./connection.ts";
import type { Endpoint, InterfaceAt } from "./endpoint.ts";
import { admittingRules, isUntracked, type NetworkPath, type Traffic } from "./evaluate.ts";
import { type Endpoints, judge } from "./reachability.ts";

interface LiveConnection {
  readonly connection: Connection;
  lastPacketMs: number;
  cut: boolean;
}

/** What the interfaces remember of open connections. */
export class ConnectionTable {
  readonly idleTimeouts: IdleTimeouts = { ...DEFAULT_IDLE_TIMEOUTS };
  readonly #world: SandboxWorld;
  readonly #live = new Map<number, LiveConnection>();
  #opened = 0;

  constructor(world: SandboxWorld) {
    this.#world = world;
    // An untracked flow dies at the very change that stops matching it, even if the rule comes back.
    world.changes.subscribe(() => this.#cutUntracked());
  }

  /** Remembers a connection that was admitted. */
  add(endpoints: Endpoints, sourcePort: number, traffic: Traffic, path: NetworkPath): Connection {
    const { source, destination } = endpoints;
    const nowMs = this.#world.clock.now();
    const connection: Connection = {
      id: this.#opened++,
      source,
      sourcePort,
      destination,
      traffic,
      path,
      atDestination: tracking(destination.at, false, source, traffic, path),
      atSource: tracking(source.at, true, destination, traffic, path),
      openedAtMs: nowMs,
    };
    this.#live.set(connection.id, { connection, lastPacketMs: nowMs, cut: false });
    return connection;
  }

  isAlive(connection: Connection): boolean {
    const live = this.#live.get(connection.id);
    if (live === undefined || live.cut) return false;
    const { traffic, path } = connection;
    const idleMs = this.#world.clock.now() - live.lastPacketMs;
    if (idleMs <= idleTimeoutMs(this.idleTimeouts, traffic.protocol)) return true;
    // Its entry is forgotten: the next packet is judged like a new connection.
    return judge(asNow(connection), traffic, path).admitted;
  }

  send(connection: Connection): boolean {
    const live = this.#live.get(connection.id);
    if (live === undefined) return false;
    if (this.isAlive(connection)) live.lastPacketMs = this.#world.clock.now();
    else live.cut = true;
    return !live.cut;
  }

  close(connection: Connection): void {
    this.#live.delete(connection.id);
  }

  #cutUntracked(): void {
    for (const live of this.#live.values()) {
      if (!live.cut) live.cut = isCut(live.connection);
    }
  }
}

function isCut(connection: Connection): boolean {
  const { source, destination } = asNow(connection);
  if (isGone(connection.source, source) || isGone(connection.destination, destination)) return true;
  const { traffic, sourcePort } = connection;
  if (connection.atDestination === "untracked" && !passes(destination, false, source, traffic, sourcePort))
    return true;
  return connection.atSource === "untracked" && !passes(source, true, destination, traffic, sourcePort);
}

/** The endpoints with their interfaces as they are now. */
const asNow = ({ source, destination }: Connection): Endpoints => ({
  source: refreshed(source),
  destination: refreshed(destination),
});

function refreshed(endpoint: Endpoint): Endpoint {
  if (endpoint.at === undefined) return endpoint;
  const { ec2, eni } = endpoint.at;
  const current = ec2.interfaces.get(eni.networkInterfaceId);
  return { address: endpoint.address, ...(current === undefined ? {} : { at: { ec2, eni: current } }) };
}

const isGone = (before: Endpoint, now: Endpoint): boolean => before.at !== undefined && now.at === undefined;

function tracking(
  on: InterfaceAt | undefined,
  isEgress: boolean,
  peer: Endpoint,
  traffic: Traffic,
  path: NetworkPath,
): Tracking | undefined {
  if (on === undefined) return undefined;
  const rules = admittingRules(on, isEgress, peer, traffic);
  return rules.some((rule) => isUntracked(on, rule, traffic, path)) ? "untracked" : "tracked";
}

/** An untracked flow needs a rule for each packet: one way for the requests, the other way for the answers. */
function passes(on: Endpoint, opens: boolean, peer: Endpoint, traffic: Traffic, sourcePort: number): boolean {
  if (on.at === undefined) return false;
  const answers: Traffic = { ...traffic, port: sourcePort };
  return (
    admittingRules(on.at, opens, peer, traffic).length > 0 &&
    admittingRules(on.at, !opens, peer, answers).length > 0
  );
}
