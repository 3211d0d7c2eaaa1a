import { spawnSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

/** Hosts on one bridge, each in a network namespace of its own. Nothing leads from there to the machine's network. */
export interface Namespaces {
  /** The command line that runs a program on a host. The program dies with this process, however that ends. */
  readonly on: (host: string, signal: string, ...command: readonly string[]) => readonly [string, string[]];
  /** Kills what still runs on the hosts, and takes the hosts away. */
  close(): Promise<void>;
}

/** Names begin with this and the id of the process that made them, so that leftovers are known as such. */
const PREFIX = "moat-plane-";
let made = 0;

/**
 * Builds the hosts.
 *
 * @param addresses IPv4 address with prefix length of each host by its name, all in one network
 */
export async function buildNamespaces(addresses: ReadonlyMap<string, string>): Promise<Namespaces> {
  await sweepNamespaces();
  made += 1;
  const nameOf = (host: string) => `${PREFIX}${process.pid}-${made}-${host}`;
  const bridge = nameOf("bridge");
  const names = [bridge, ...[...addresses.keys()].map(nameOf)];
  const close = async (): Promise<void> => {
    for (const name of names) await remove(name);
  };
  try {
    for (const name of names) {
      ip("netns", "add", name);
      ip("-n", name, "link", "set", "lo", "up");
    }
    ip("-n", bridge, "link", "add", "br0", "type", "bridge");
    ip("-n", bridge, "link", "set", "br0", "up");
    for (const [i, [host, address]] of [...addresses].entries()) {
      const [name, port] = [nameOf(host), `port${i}`];
      // Both ends are born where they stay: the machine's own namespace never sees them.
      ip("-n", bridge, "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", name);
      ip("-n", bridge, "link", "set", port, "master", "br0", "up");
      ip("-n", name, "addr", "add", address, "dev", "eth0");
      ip("-n", name, "link", "set", "eth0", "up");
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    on: (host, signal, ...command) => [
      "ip",
      ["netns", "exec", nameOf(host), "setpriv", "--pdeathsig", signal, "--", ...command],
    ],
    close,
  };
}

/** Takes away the namespaces of runs that were killed before they could do so themselves. */
async function sweepNamespaces(): Promise<void> {
  for (const line of ip("netns", "list").split("\n")) {
    const [name = ""] = line.split(" ");
    const [, owner] = new RegExp(`^${PREFIX}(\\d+)-`).exec(name) ?? [];
    if (owner !== undefined && !isRunning(Number(owner))) await remove(name);
  }
}

/** True while a process has this id. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A namespace lives until its last process is gone, so those come first: all of them were started for it. */
async function remove(name: string): Promise<void> {
  const processes = () => run("netns", "pids", name).stdout.split("\n").filter(Boolean).map(Number);
  for (let left = processes(), i = 0; left.length > 0 && i < 100; left = processes(), i += 1) {
    for (const pid of left) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended by itself.
      }
    }
    await pause(20);
  }
  run("netns", "del", name);
}

const run = (...args: readonly string[]) => spawnSync("ip", args, { encoding: "utf8", timeout: 20_000 });

function ip(...args: readonly string[]): string {
  const { status, stdout, stderr, error } = run(...args);
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr || error?.message}`);
  return stdout;
}
