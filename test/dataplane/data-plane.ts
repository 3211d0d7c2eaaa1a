import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createPcePolicySource } from "../../src/adapters/pce/pce-policy-source.ts";
import { type OpenSandbox, openSandbox } from "../../src/entry/cli/wire/sandbox.ts";
import type { Clock } from "../../src/ports/clock.ts";
import { type Installation, install } from "../scenario/lab.ts";
import type { DataPlaneTools } from "../support/data-plane-tools.ts";
import {
  type Attempt,
  type Knocking,
  type Load,
  type LoadReport,
  startKnocking,
  startLoad,
} from "./clients.ts";
import { IngressFeed, type IngressState } from "./ingress-feed.ts";
import { buildNamespaces, isRunning, type Namespaces } from "./namespaces.ts";
import { giveToPostgres, PostgresServer } from "./postgres-server.ts";

const DATABASE = "ledger";
/** Each state of the groups stands until every client under load has connected so often through it. */
const ARRIVALS_PER_STATE = 10;
const LONGEST_HOLD_MS = 5_000;
/** The pace of a load. The states are many and short, so it must be brisk. */
const CONNECTIONS_PER_SECOND = 60;
/** How long the world really stands still when Moat waits for AWS. */
const PAUSE_MS = 15;
const DIRECTORY = "moat-plane-";

/** How often a client under load connected while one state of the groups was in force. */
export interface Overlap {
  readonly state: IngressState;
  readonly host: string;
  readonly arrivals: number;
}

/**
 * The sample company's ledger as a real PostgreSQL in a network of namespaces, behind the groups of the sandbox, with
 * Moat installed. All consumers are real programs with the company's addresses.
 */
export class DataPlane {
  readonly sandbox: OpenSandbox;
  readonly moat: Installation;
  readonly overlaps: Overlap[] = [];
  readonly #tools: DataPlaneTools;
  readonly #namespaces: Namespaces;
  readonly #directory: string;
  readonly #server: PostgresServer;
  readonly #feed: IngressFeed;
  readonly #pressing = new Set<Load>();
  readonly #knocking: Knocking[] = [];
  readonly #running = new Set<Load>();
  readonly #ended: LoadReport[] = [];

  private constructor(parts: Parts) {
    this.sandbox = parts.sandbox;
    this.#tools = parts.tools;
    this.#namespaces = parts.namespaces;
    this.#directory = parts.directory;
    this.#server = parts.server;
    const { aws } = parts.sandbox.sample;
    this.#feed = new IngressFeed({
      sandbox: aws.sandbox,
      interfaceId: aws.interfaces.get(DATABASE) ?? "",
      namespaces: parts.namespaces,
      host: DATABASE,
      hold: (state) => this.#hold(state),
    });
    this.moat = install(parts.sandbox.clients, createPcePolicySource(parts.sandbox.pce), this.clock);
  }

  /** Builds the network, starts PostgreSQL in it, and puts it behind the groups that the ledger has. */
  static async open(tools: DataPlaneTools, hosts: readonly string[]): Promise<DataPlane> {
    sweepDirectories();
    const directory = mkdtempSync(join(tmpdir(), `${DIRECTORY}${process.pid}-`));
    giveToPostgres(directory);
    const sandbox = openSandbox();
    const { company } = sandbox.sample;
    const { address, port } = databaseOf(sandbox);
    const [, length = "16"] = company.vpc.split("/");
    const places = new Map([[DATABASE, `${address}/${length}`]]);
    for (const host of hosts) places.set(host, `${addressOf(sandbox, host)}/${length}`);
    const namespaces = await buildNamespaces(places);
    const at = { tools, namespaces, host: DATABASE, address, port, network: company.vpc, directory };
    try {
      const server = await PostgresServer.start(at);
      return new DataPlane({ sandbox, tools, namespaces, directory, server });
    } catch (error) {
      await namespaces.close();
      await sandbox.close();
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** Takes everything away, whatever happened. */
  async close(): Promise<void> {
    this.#feed.stop();
    for (const host of this.#knocking) host.stop();
    await this.#server.stop();
    await this.#namespaces.close();
    await this.sandbox.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  /** The sandbox's time, which passes together with a little real time, so that loads go on meanwhile. */
  get clock(): Clock {
    const { clock } = this.sandbox;
    return {
      now: () => clock.now(),
      sleep: async (milliseconds) => {
        await clock.sleep(milliseconds);
        await pause(PAUSE_MS);
      },
    };
  }

  get states(): readonly IngressState[] {
    return this.#feed.states;
  }

  /** Group ids in force on the database's interface. */
  get groups(): readonly string[] {
    return this.states.at(-1)?.groups ?? [];
  }

  /** Starts a client that connects anew for each transaction, and comes back when it does. */
  async press(host: string): Promise<Load> {
    const load = await this.#start(host, "each");
    this.#pressing.add(load);
    return load;
  }

  /** Starts a client that works through a single connection, and comes back when it is open. */
  session(host: string): Promise<Load> {
    return this.#start(host, "one");
  }

  async #start(host: string, session: "each" | "one"): Promise<Load> {
    const before = this.#server.position();
    const address = addressOf(this.sandbox, host);
    const load = startLoad(this.#place(), host, session, CONNECTIONS_PER_SECOND);
    this.#running.add(load);
    for (let i = 0; i < 200 && this.#count(before, address) < 1; i += 1) await pause(25);
    return load;
  }

  /** Ends a load; how it fared counts among the {@link findings}. */
  async stop(load: Load): Promise<LoadReport> {
    this.#pressing.delete(load);
    this.#running.delete(load);
    const report = await load.stop();
    this.#ended.push(report);
    return report;
  }

  /** Ends every load that still runs. */
  async stopAll(): Promise<readonly LoadReport[]> {
    const reports: LoadReport[] = [];
    for (const load of [...this.#running]) reports.push(await this.stop(load));
    return reports;
  }

  /** Lets psql try from a host until the end. */
  knock(host: string): Knocking {
    const knocking = startKnocking(this.#place(), host);
    this.#knocking.push(knocking);
    return knocking;
  }

  /** When each open connection of a host last asked something, in milliseconds since 1970; longest ago first. */
  lastQueries(host: string): readonly number[] {
    const address = addressOf(this.sandbox, host);
    return this.#server
      .query(
        `SELECT extract(epoch FROM query_start) * 1000 FROM pg_stat_activity
         WHERE client_addr = '${address}' AND query_start IS NOT NULL ORDER BY backend_start`,
      )
      .map(Number);
  }

  /** Connections of a host that reached the server between two moments, by the server's own log. */
  arrivals(host: string, fromMs: number, toMs: number): number {
    const address = addressOf(this.sandbox, host);
    return this.#server.arrivals().filter((a) => a.address === address && a.atMs > fromMs && a.atMs < toMs)
      .length;
  }

  /**
   * All that went wrong, in words; nothing when all is well: loads that were refused a connection, attempts that fared
   * otherwise than the rules in force say, and what the server complained about.
   */
  findings(): readonly string[] {
    const { port } = databaseOf(this.sandbox);
    const refused = this.#ended.flatMap(({ host, exitCode, failed, output }) =>
      exitCode === 0 && failed === 0
        ? []
        : [`${host}: pgbench ended with ${exitCode}, ${failed} failed: ${firstError(output)}`],
    );
    const disobeyed = this.#knocking.flatMap(({ host, attempts }) =>
      attempts().flatMap((attempt) => {
        const rules = this.#feed.admits(addressOf(this.sandbox, host), port, attempt.fromMs, attempt.toMs);
        return rules === "either" || rules === (attempt.admitted ? "yes" : "no")
          ? []
          : [`${host}: the rules say ${rules}, and psql ${attempt.message} at ${attempt.fromMs}`];
      }),
    );
    return [...refused, ...disobeyed, ...this.#server.complaints()];
  }

  /**
   * Stops everything in this process until each client under load has gone through the new state. It may not merely
   * wait: to the application the change must look like an instant.
   */
  #hold(state: IngressState): void {
    const before = this.#server.position();
    const arrivals = ({ host }: Load) => this.#count(before, addressOf(this.sandbox, host));
    const isThrough = (load: Load) => arrivals(load) >= ARRIVALS_PER_STATE || !load.isRunning();
    for (let waited = 0; waited < LONGEST_HOLD_MS && ![...this.#pressing].every(isThrough); waited += 5) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
    for (const load of this.#pressing)
      this.overlaps.push({ state, host: load.host, arrivals: arrivals(load) });
  }

  #count(since: number, address: string): number {
    return this.#server.arrivals(since).filter((arrival) => arrival.address === address).length;
  }

  #place() {
    const { address, port } = databaseOf(this.sandbox);
    return {
      tools: this.#tools,
      namespaces: this.#namespaces,
      directory: this.#directory,
      server: { address, port },
    };
  }
}

interface Parts {
  readonly sandbox: OpenSandbox;
  readonly tools: DataPlaneTools;
  readonly namespaces: Namespaces;
  readonly directory: string;
  readonly server: PostgresServer;
}

/** Attempts that lie wholly between two moments. */
export const between = (knocking: Knocking, fromMs: number, toMs: number): readonly Attempt[] =>
  knocking.attempts().filter((attempt) => attempt.fromMs >= fromMs && attempt.toMs <= toMs);

/** Address of a consumer of the company. */
export function addressOf({ sample }: OpenSandbox, host: string): string {
  const found = sample.company.consumers.find((consumer) => consumer.name === host);
  if (found === undefined) throw new Error(`The company has no consumer "${host}"`);
  return found.address;
}

function databaseOf({ sample }: OpenSandbox): { readonly address: string; readonly port: number } {
  const found = sample.company.databases.find((database) => database.id === DATABASE);
  if (found === undefined) throw new Error(`The company has no database "${DATABASE}"`);
  return found;
}

const firstError = (output: string): string => /error: .*/.exec(output)?.[0] ?? output.trim();

/** Takes away the directories of runs that were killed. */
function sweepDirectories(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, owner] = new RegExp(`^${DIRECTORY}(\\d+)-`).exec(name) ?? [];
    if (owner !== undefined && !isRunning(Number(owner)))
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}
