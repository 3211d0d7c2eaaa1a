import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { DataPlaneTools } from "../support/data-plane-tools.ts";
import type { Namespaces } from "./namespaces.ts";

export interface ServerOptions {
  readonly tools: DataPlaneTools;
  readonly namespaces: Namespaces;
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** Network in CIDR notation whose clients need no password: who gets so far is for the groups to say. */
  readonly network: string;
  /** An existing directory that belongs to user postgres. */
  readonly directory: string;
}

/** A connection that arrived at the server, by the server's own log. */
export interface Arrival {
  readonly atMs: number;
  readonly address: string;
}

/** A real PostgreSQL on a host of the namespaces. */
export class PostgresServer {
  readonly #options: ServerOptions;
  readonly #process: ChildProcess;
  readonly #logFile: string;
  #log = "";
  #read = 0;

  private constructor(options: ServerOptions, process: ChildProcess, logFile: string) {
    this.#options = options;
    this.#process = process;
    this.#logFile = logFile;
  }

  /** Makes a cluster, starts it, and comes back when it answers. */
  static async start(options: ServerOptions): Promise<PostgresServer> {
    const { tools, namespaces, host, address, port, directory } = options;
    const data = join(directory, "data");
    const locale = ["-E", "UTF8", "--no-locale"];
    runAsPostgres(tools, "initdb", "-D", data, "-U", "moat", "-A", "trust", "-N", ...locale);
    appendFileSync(join(data, "pg_hba.conf"), `host all all ${options.network} trust\n`);
    const logFile = join(directory, "server.log");
    const settings = {
      listen_addresses: address,
      port,
      unix_socket_directories: directory,
      fsync: "off",
      shared_buffers: "16MB",
      log_connections: "on",
      log_line_prefix: "%n ",
    };
    const given = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    // An immediate shutdown, should this process be killed.
    const [command, args] = namespaces.on(
      host,
      "QUIT",
      ...asPostgres(tools, "postgres", "-D", data, ...given),
    );
    const log = openSync(logFile, "w");
    const server = spawn(command, args, { stdio: ["ignore", log, log] });
    closeSync(log);
    const started = new PostgresServer(options, server, logFile);
    await started.#ready();
    runAsPostgres(tools, "pgbench", "-i", "-q", ...started.#local());
    return started;
  }

  /** Ends the server, and gives it some seconds. */
  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGINT");
    await Promise.race([ended, pause(5_000)]);
  }

  /** Asks through the socket in the file system, past all groups. One line a row, fields between bars. */
  query(sql: string): readonly string[] {
    const answer = runAsPostgres(this.#options.tools, "psql", "-XAtqc", sql, ...this.#local());
    return answer.split("\n").filter((line) => line !== "");
  }

  /** A place in the log: where it ends now. */
  position(): number {
    this.#readOn();
    return this.#log.length;
  }

  /** Connections that arrived after a place in the log. */
  arrivals(since = 0): readonly Arrival[] {
    this.#readOn();
    return [...this.#log.slice(since).matchAll(/^(\d+\.\d+) LOG: +connection received: host=(\S+)/gm)].map(
      ([, seconds = "", address = ""]) => ({ atMs: Number(seconds) * 1_000, address }),
    );
  }

  /** What went wrong, in the server's words. */
  complaints(): readonly string[] {
    this.#readOn();
    return this.#log.split("\n").filter((line) => /\b(?:ERROR|FATAL|PANIC|WARNING):/.test(line));
  }

  #readOn(): void {
    const file = openSync(this.#logFile, "r");
    const chunk = Buffer.alloc(1 << 16);
    for (let n = readSync(file, chunk, 0, chunk.length, this.#read); n > 0; ) {
      this.#log += chunk.toString("latin1", 0, n);
      this.#read += n;
      n = readSync(file, chunk, 0, chunk.length, this.#read);
    }
    closeSync(file);
  }

  async #ready(): Promise<void> {
    const socket = join(this.#options.directory, `.s.PGSQL.${this.#options.port}`);
    for (let i = 0; i < 300; i += 1) {
      if (existsSync(socket) && readFileSync(this.#logFile, "latin1").includes("ready to accept")) return;
      if (this.#process.exitCode !== null) break;
      await pause(50);
    }
    throw new Error(`PostgreSQL did not start: ${readFileSync(this.#logFile, "latin1")}`);
  }

  #local(): readonly string[] {
    return ["-h", this.#options.directory, "-p", String(this.#options.port), "-U", "moat", "postgres"];
  }
}

/** The command line that runs a program of PostgreSQL as its own user; the server refuses to be root. */
const asPostgres = (tools: DataPlaneTools, program: string, ...args: readonly string[]): string[] => [
  ...["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"],
  join(tools.postgres, program),
  ...args,
];

function runAsPostgres(tools: DataPlaneTools, program: string, ...args: readonly string[]): string {
  const [command = "", ...rest] = asPostgres(tools, program, ...args);
  const done = spawnSync(command, rest, { encoding: "utf8", timeout: 60_000, cwd: "/", env: PLAIN });
  if (done.status !== 0) throw new Error(`${program}: ${done.stderr || done.error?.message}`);
  return done.stdout;
}

/** An environment in which programs speak English and read no settings of this machine's user. */
export const PLAIN: NodeJS.ProcessEnv = { PATH: process.env.PATH, LC_ALL: "C", HOME: "/nonexistent" };

/** Makes a directory that user postgres may write to. */
export function giveToPostgres(directory: string): void {
  const given = spawnSync("chown", ["postgres:", directory], { encoding: "utf8" });
  if (given.status !== 0) throw new Error(`chown: ${given.stderr}`);
  chmodSync(directory, 0o700);
}
