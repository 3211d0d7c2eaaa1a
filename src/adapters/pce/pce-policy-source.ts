import type { Policy } from "../../core/policy/model.ts";
import type { PolicySource } from "../../ports/policy-source.ts";
import { type ChangeToken, changesSince, takeMoment } from "./change-probe.ts";
import { parsePolicy } from "./parse/parse-policy.ts";
import { readWorkloadEarly } from "./parse/workload.ts";
import { createPceClient, type PceClient, type PceClientOptions } from "./pce-client.ts";
import { readPce } from "./pce-read.ts";

export interface PcePolicySourceOptions extends PceClientOptions {
  /** Milliseconds for one whole read. Default 15 minutes. */
  readonly readTimeoutMs?: number;
}

/** Whether policy may be different from what it was at a token. */
export interface ChangeAnswer {
  readonly changed: boolean;
  /** Event types, or the new policy version. */
  readonly why: readonly string[];
  /** For the next question. */
  readonly token: ChangeToken;
}

/** A {@link PolicySource} that can also tell cheaply whether a new read is worth it. */
export interface PcePolicySource extends PolicySource {
  /** Marks this moment: two requests. Take it before a read, and ask {@link changedSince} later. */
  changeToken(version: "active" | "draft"): Promise<ChangeToken>;
  /** Two requests. When the key may not read events, the answer is always yes. */
  changedSince(token: ChangeToken): Promise<ChangeAnswer>;
}

const READ_TIMEOUT = 900_000;

/** Label policy from a live PCE. It only ever reads. */
export function createPcePolicySource(options: PcePolicySourceOptions): PcePolicySource {
  return policySourceOf(createPceClient(options), options.readTimeoutMs);
}

/** The same over a client that exists already, so that reads and uploads share one request budget. */
export function policySourceOf(client: PceClient, readTimeoutMs = READ_TIMEOUT): PcePolicySource {
  return {
    name: `PCE ${client.host}, organisation ${client.org}`,
    read: (version) => readPolicy(client, version, readTimeoutMs),
    changeToken: async (version) => (await takeMoment(client, version)).token,
    changedSince: (token) => askForChanges(client, token),
  };
}

async function readPolicy(
  client: PceClient,
  version: "active" | "draft",
  timeoutMs: number,
): Promise<Policy> {
  const read = await readPce(client, version, timeoutMs, readWorkloadEarly);
  return parsePolicy(read.collections, {
    source: "pce",
    // The draft has no number of its own: it is what would follow the version in force.
    version: version === "active" ? read.token.version : `${read.token.version}+draft`,
    complete: read.complete,
    problems: read.problems,
  });
}

async function askForChanges(client: PceClient, token: ChangeToken): Promise<ChangeAnswer> {
  const changes = await changesSince(client, token);
  const next = changes.moment.token;
  if (next.seen === undefined || token.seen === undefined) {
    return { changed: true, why: [...changes.why, "the API key may not read events"], token: next };
  }
  return { changed: changes.collections.length > 0, why: changes.why, token: next };
}
