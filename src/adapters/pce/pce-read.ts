import type { Diagnostic } from "../../core/diagnostic.ts";
import { PolicyFault } from "../../ports/policy-fault.ts";
import { type ChangeToken, changesSince, type Moment, takeMoment } from "./change-probe.ts";
import { type PolicyVersionName, VERSIONED } from "./changes.ts";
import { withDenyRules } from "./deny-rules.ts";
import { COLLECTION_NAMES, type CollectionName, type PolicyCollections } from "./parse/collections.ts";
import type { PceClient } from "./pce-client.ts";
import { type CollectionRead, readCollection } from "./read-collection.ts";
import type { EachRow } from "./row-reader.ts";

/** The collections of a PCE as it returns them, all of one moment. */
export interface PceRead {
  readonly collections: PolicyCollections<readonly unknown[]>;
  /** The answer to `GET sec_policy/active`. */
  readonly secPolicy: unknown;
  readonly token: ChangeToken;
  /** False when rows may be missing, or the collections may be of different moments. */
  readonly complete: boolean;
  readonly problems: readonly Diagnostic[];
}

/** How often collections that changed meanwhile are read again. */
const ROUNDS = 4;

/**
 * One consistent read: collections, then a look whether anything changed meanwhile; what did is read again. On a PCE
 * that changes faster than it can be read the answer is marked incomplete.
 *
 * @param eachWorkload what may become of a workload as soon as it is read; of the large collections it is the largest
 * @throws PolicyFault, `timedOut` when the whole read takes longer than `timeoutMs`
 */
export async function readPce(
  client: PceClient,
  policy: PolicyVersionName,
  timeoutMs: number,
  eachWorkload?: EachRow,
): Promise<PceRead> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    return await readRounds(client, { policy, eachWorkload }, deadline);
  } catch (error) {
    if (!deadline.aborted || error instanceof PolicyFault) throw error;
    throw new PolicyFault(
      "timedOut",
      `The policy of the PCE ${client.host} could not be read within ${timeoutMs / 1000} seconds`,
      "look at the load of the PCE, or allow more time",
    );
  }
}

interface Wanted {
  readonly policy: PolicyVersionName;
  readonly eachWorkload: EachRow | undefined;
}

async function readRounds(client: PceClient, wanted: Wanted, deadline: AbortSignal): Promise<PceRead> {
  let moment = await takeMoment(client, wanted.policy, deadline);
  const reads = new Map<CollectionName, CollectionRead>();
  let stale: readonly CollectionName[] = COLLECTION_NAMES;
  let why: readonly string[] = [];
  for (let round = 0; round < ROUNDS && stale.length > 0; round++) {
    for (const [name, read] of await readCollections(client, wanted, stale, deadline)) reads.set(name, read);
    const changes = await changesSince(client, moment.token, deadline);
    moment = changes.moment;
    stale = changes.collections;
    why = changes.why;
  }
  return assemble(moment, reads, stale.length > 0 ? [torn(client, why)] : []);
}

/** Reads side by side; when one fails the others are stopped. */
async function readCollections(
  client: PceClient,
  wanted: Wanted,
  names: readonly CollectionName[],
  deadline: AbortSignal,
): Promise<readonly (readonly [CollectionName, CollectionRead])[]> {
  const siblings = new AbortController();
  const signal = AbortSignal.any([deadline, siblings.signal]);
  const reads = names.map(async (name) => [name, await readOne(client, wanted, name, signal)] as const);
  try {
    return await Promise.all(reads);
  } finally {
    siblings.abort();
    await Promise.allSettled(reads);
  }
}

async function readOne(
  client: PceClient,
  { policy, eachWorkload }: Wanted,
  name: CollectionName,
  signal: AbortSignal,
): Promise<CollectionRead> {
  const path = VERSIONED.includes(name) ? `sec_policy/${policy}/${name}` : name;
  const read = await readCollection(client, path, signal, name === "workloads" ? eachWorkload : undefined);
  return name === "rule_sets" ? withDenyRules(client, read, signal) : read;
}

function assemble(
  moment: Moment,
  reads: ReadonlyMap<CollectionName, CollectionRead>,
  torn: readonly Diagnostic[],
): PceRead {
  const cut = [...reads.values()].flatMap((read) => read.cutShort ?? []);
  const noEvents = moment.token.seen === undefined ? [EVENTS_DENIED] : [];
  return {
    collections: Object.fromEntries([...reads].map(([name, read]) => [name, read.rows])),
    secPolicy: moment.secPolicy,
    token: moment.token,
    complete: cut.length + torn.length === 0,
    problems: [...cut, ...torn, ...noEvents],
  };
}

const EVENTS_DENIED: Diagnostic = {
  code: "PCE_NO_EVENTS",
  what: "The API key may not read the PCE's events",
  why: "changes of labels, workloads and bindings during a read, or since the last one, go unnoticed until the next",
  fix: "give the key's owner a role that sees events, such as Global Read Only",
};

function torn(client: PceClient, why: readonly string[]): Diagnostic {
  return {
    code: "PCE_KEEPS_CHANGING",
    what: `The PCE ${client.host} changed during each of ${ROUNDS} reads: ${why.join(", ")}`,
    why: "objects of different moments may not fit together, so nothing is revoked on them",
    fix: "nothing needs to be done if it is rare; else look for a program that changes the PCE all the time",
  };
}
