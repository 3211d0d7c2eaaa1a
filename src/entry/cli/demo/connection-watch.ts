import type { SandboxAws } from "../../../sandbox/aws/sandbox-aws.ts";

/** Somebody who keeps trying to connect, with what was true before and what policy says. */
export interface WatchedClient {
  readonly name: string;
  /** Interface id or address. */
  readonly source: string;
  readonly database: string;
  /** Interface id of the database. */
  readonly destination: string;
  readonly port: number;
  /** What policy says; `undefined` where nobody enforces it, so that nothing may change. */
  readonly policy: "allowed" | "blocked" | undefined;
}

/** What continuous attempts showed. */
export interface WatchReport {
  /** Moments at which everybody tried: before and after each AWS call, and at each change of state. */
  readonly moments: number;
  readonly attempts: number;
  /** Attempts that old and new policy both allow, and that were refused. Must be empty. */
  readonly cut: readonly string[];
  /** Attempts that neither allows, and that were admitted. Must be empty. */
  readonly widened: readonly string[];
}

interface Expectation extends WatchedClient {
  readonly must: "connect" | "fail" | "either";
}

/**
 * Lets every client try to connect at every AWS call and every change of state while `run` runs, and compares with what
 * may happen: whoever may connect both before and after must connect now; whoever may neither must not.
 */
export async function watchConnections(
  sandbox: SandboxAws,
  clients: readonly WatchedClient[],
  run: () => Promise<void>,
): Promise<WatchReport> {
  const expected = clients.map((client) => expectation(sandbox, client));
  const cut = new Set<string>();
  const widened = new Set<string>();
  let moments = 0;
  const tryAll = (): void => {
    moments += 1;
    for (const client of expected) {
      const admitted = admits(sandbox, client);
      if (client.must === "connect" && !admitted) cut.add(label(client));
      if (client.must === "fail" && admitted) widened.add(label(client));
    }
  };
  const stops = [sandbox.onCall(tryAll), sandbox.network.onChange(tryAll)];
  try {
    tryAll();
    await run();
    tryAll();
  } finally {
    for (const stop of stops) stop();
  }
  return { moments, attempts: moments * clients.length, cut: [...cut], widened: [...widened] };
}

/** Whether a client would get through at this moment. */
export const admits = (sandbox: SandboxAws, client: WatchedClient): boolean =>
  sandbox.network.admits({ source: client.source, destination: client.destination, port: client.port })
    .admitted;

function expectation(sandbox: SandboxAws, client: WatchedClient): Expectation {
  const before = admits(sandbox, client);
  const after = client.policy === undefined ? before : client.policy === "allowed";
  if (before !== after) return { ...client, must: "either" };
  return { ...client, must: before ? "connect" : "fail" };
}

const label = (client: WatchedClient): string => `${client.name} → ${client.database}`;
