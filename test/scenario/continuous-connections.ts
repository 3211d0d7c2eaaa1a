import type { Connection } from "../../src/sandbox/aws/model/network/connection.ts";
import type { SandboxAws } from "../../src/sandbox/aws/sandbox-aws.ts";
import { type FrozenRule, freezeIngress, letsIn } from "./group-rules.ts";

/** A database that is watched: one that answers on `port` at the interfaces it has at the moment. */
export interface WatchedDatabase {
  readonly id: string;
  readonly port: number;
  readonly interfaces: () => readonly string[];
}

/** Whether the policy meant lets an address connect to a database's own port. */
export type Meant = (databaseId: string, address: string) => boolean;

/** What one watched stretch of time showed. */
export interface Sighting {
  /** Violations of S1 and S2, in words; each kind of violation once. */
  readonly violations: readonly string[];
  /** How many connection attempts were judged. */
  readonly probes: number;
  /** At how many moments. */
  readonly moments: number;
  /** Connections that were open from the start: who, and what became of them. */
  readonly sessions: readonly Session[];
}

/** A connection held open since before the first change. */
export interface Session {
  readonly database: string;
  readonly address: string;
  readonly tracking: "tracked" | "untracked";
  readonly alive: boolean;
}

/** A port on which no policy ever grants anything. */
const OTHER_PORT = 22;

/**
 * Tries connections without pause: at every call (before it, and after it if it writes), at every change of state and
 * at every step of the clock, every address is tried against every interface of every database, and held against
 *
 * - S1: whoever the groups admitted at the start and the policy meant admits too is admitted now, and his session lives;
 * - S2: whoever neither of them admits is not admitted now.
 *
 * The start is read from the groups by code of its own; the policy meant is what the scenario says.
 */
export class ContinuousConnections {
  /** Who tries to connect. */
  readonly addresses: readonly string[];
  readonly #sandbox: SandboxAws;
  readonly #databases: readonly WatchedDatabase[];

  constructor(sandbox: SandboxAws, databases: readonly WatchedDatabase[], addresses: readonly string[]) {
    this.#sandbox = sandbox;
    this.#databases = databases;
    this.addresses = addresses;
  }

  /** Watches while `work` runs. */
  async during(meant: Meant, work: () => Promise<unknown>): Promise<Sighting> {
    const watch = new Watch(this.#sandbox, this.#databases, this.addresses, meant);
    const stop = watch.start();
    try {
      await work();
      watch.look("the end");
    } finally {
      stop();
    }
    return watch.sighting();
  }
}

interface Baseline {
  readonly database: WatchedDatabase;
  readonly rules: readonly FrozenRule[];
}

interface Held {
  readonly database: string;
  readonly address: string;
  readonly mustLive: boolean;
  readonly connection: Connection;
}

class Watch {
  readonly #sandbox: SandboxAws;
  readonly #databases: readonly WatchedDatabase[];
  readonly #addresses: readonly string[];
  readonly #meant: Meant;
  readonly #violations = new Map<string, string>();
  readonly #baselines = new Map<string, Baseline>();
  readonly #held: Held[] = [];
  #probes = 0;
  #moments = 0;

  constructor(
    sandbox: SandboxAws,
    databases: readonly WatchedDatabase[],
    addresses: readonly string[],
    meant: Meant,
  ) {
    this.#sandbox = sandbox;
    this.#databases = databases;
    this.#addresses = addresses;
    this.#meant = meant;
    for (const database of databases) {
      for (const eni of database.interfaces()) this.#baselines.set(eni, this.#freeze(database, eni));
    }
  }

  /** @returns a function that ends it */
  start(): () => void {
    this.#openSessions();
    this.look("the start");
    const { clock } = this.#sandbox;
    const step = clock.advanceTo.bind(clock);
    clock.advanceTo = (ms) => {
      step(ms);
      this.look("a step of the clock");
    };
    const ends = [
      this.#sandbox.onCall(({ phase, call }) => {
        if (phase === "before" || call.isWrite) this.look(`${phase} ${call.operation}`);
      }),
      this.#sandbox.network.onChange(({ kind, id }) => this.look(`the change of ${kind} ${id}`)),
      () => {
        clock.advanceTo = step;
      },
    ];
    return () => {
      for (const end of ends) end();
    };
  }

  /** Tries every address against every interface now. */
  look(when: string): void {
    this.#moments += 1;
    for (const database of this.#databases) {
      for (const eni of database.interfaces()) this.#lookAt(database, eni, when);
    }
    for (const { database, address, mustLive, connection } of this.#held) {
      if (mustLive && !this.#sandbox.network.isAlive(connection))
        this.#violate("S1", `the session of ${address} to ${database} died`, when);
    }
  }

  sighting(): Sighting {
    return {
      violations: [...this.#violations.values()],
      probes: this.#probes,
      moments: this.#moments,
      sessions: this.#held.map(({ database, address, connection }) => ({
        database,
        address,
        tracking: connection.atDestination ?? "tracked",
        alive: this.#sandbox.network.isAlive(connection),
      })),
    };
  }

  #lookAt(database: WatchedDatabase, eni: string, when: string): void {
    const { rules } = this.#baselineOf(database, eni);
    const families = this.#familiesOf(eni);
    for (const address of this.#addresses.filter((a) => families.has(a.includes(":")))) {
      for (const port of [database.port, OTHER_PORT]) {
        const after = port === database.port && this.#meant(database.id, address);
        const now = this.#admits(address, eni, port);
        if (now === after) continue;
        const before = letsIn(rules, address, port);
        if (before && after && !now) this.#violate("S1", `${address} is cut off from ${database.id}`, when);
        if (now && !before && !after)
          this.#violate("S2", `${address} is let in to ${database.id} on port ${port}`, when);
      }
    }
  }

  #admits(address: string, eni: string, port: number): boolean {
    this.#probes += 1;
    return (
      this.#sandbox.network.admits({ source: address, destination: eni, port }).refusedBy !==
      "destinationIngress"
    );
  }

  #familiesOf(eni: string): ReadonlySet<boolean> {
    const found = this.#sandbox.ec2().interfaces.get(eni);
    return new Set([false, ...(found?.ipv6Addresses ?? []).map(() => true)]);
  }

  /** An interface that replaces another inherits what its database had at the start. */
  #baselineOf(database: WatchedDatabase, eni: string): Baseline {
    return (
      this.#baselines.get(eni) ??
      [...this.#baselines.values()].find((b) => b.database.id === database.id) ??
      this.#freeze(database, eni)
    );
  }

  #freeze(database: WatchedDatabase, eni: string): Baseline {
    const groupIds = this.#sandbox.ec2().interfaces.get(eni)?.groupIds ?? [];
    return { database, rules: freezeIngress(this.#sandbox.ec2(), groupIds) };
  }

  #openSessions(): void {
    for (const database of this.#databases) {
      for (const eni of database.interfaces()) {
        const families = this.#familiesOf(eni);
        for (const address of this.#addresses.filter((a) => families.has(a.includes(":")))) {
          const connection = this.#sandbox.network.open({
            source: address,
            destination: eni,
            port: database.port,
          });
          if (connection === undefined) continue;
          const mustLive = this.#meant(database.id, address);
          this.#held.push({ database: database.id, address, mustLive, connection });
        }
      }
    }
  }

  #violate(invariant: "S1" | "S2", what: string, when: string): void {
    const key = `${invariant} ${what}`;
    if (!this.#violations.has(key)) this.#violations.set(key, `${key}, first at ${when}`);
  }
}
