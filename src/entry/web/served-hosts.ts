/** Where a server can be reached, by the names that browsers use for it. */
export interface ServedHosts {
  /** Values of the Host header that mean this server. */
  readonly all: readonly string[];
  /** The one to tell people. */
  readonly shown: string;
}

/** What is known of this machine. */
export interface Machine {
  readonly hostname: string;
  /** Of its interfaces, loopback left out. */
  readonly addresses: readonly string[];
}

/** Addresses that mean every interface; no browser has a name for them. */
const EVERY = new Set(["0.0.0.0", "::"]);

/**
 * The names of a server that listens on an address. Listening on every interface, it answers to each address of the
 * machine and to its host name, and to no other name: a foreign page could have given itself one.
 */
export function servedHosts(host: string, port: number, { hostname, addresses }: Machine): ServedHosts {
  const isEvery = EVERY.has(host);
  const names = isEvery ? [...addresses, hostname] : [host];
  const [first = "localhost"] = names;
  const all = [...new Set([host, ...names, "localhost", "127.0.0.1", "::1"])];
  return { all: all.map((name) => `${bracketed(name)}:${port}`), shown: `${bracketed(first)}:${port}` };
}

const bracketed = (name: string): string => (name.includes(":") ? `[${name}]` : name.toLowerCase());
