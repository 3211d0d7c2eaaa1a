import type { Diagnostic } from "../../core/diagnostic.ts";
import { PolicyFault } from "../../ports/policy-fault.ts";
import { finishJob } from "./job.ts";
import type { PceAnswer, PceClient } from "./pce-client.ts";
import { faultOfShape } from "./pce-fault.ts";
import type { EachRow } from "./row-reader.ts";

/** A PCE cuts a plain answer off at this number of rows, and does not say so. */
const PLAIN_CAP = 500;
const JOB_ATTEMPTS = 2;

/** The rows of a collection. */
export interface CollectionRead {
  readonly rows: readonly unknown[];
  /** Given when rows may be missing. */
  readonly cutShort?: Diagnostic;
}

interface Rows {
  readonly rows: readonly unknown[];
  /** The size that the PCE states, where it does. */
  readonly total: number | undefined;
}

/**
 * Reads a whole collection: plainly when the answer proves to be whole, else as an asynchronous job, which has no
 * limit.
 *
 * @param path below the organisation, such as `sec_policy/active/rule_sets`
 * @param eachRow what may become of each row of a job at once, so that the row need not be kept; small collections come
 *   as they are
 */
export async function readCollection(
  client: PceClient,
  path: string,
  signal?: AbortSignal,
  eachRow: EachRow = (row) => row,
): Promise<CollectionRead> {
  const request = { method: "GET" as const, ...(signal === undefined ? {} : { signal }) };
  const plain = rowsOf(
    client,
    path,
    await client.request({ ...request, path: `${path}?max_results=${PLAIN_CAP}` }),
  );
  if (plain.rows.length < PLAIN_CAP && isWhole(plain)) return { rows: plain.rows };
  return readByJob(client, { path, eachRow }, plain, signal);
}

interface WholeRead {
  readonly path: string;
  readonly eachRow: EachRow;
}

async function readByJob(
  client: PceClient,
  asked: WholeRead,
  plain: Rows,
  signal: AbortSignal | undefined,
): Promise<CollectionRead> {
  let best = plain;
  for (let attempt = 1; attempt <= JOB_ATTEMPTS; attempt++) {
    const read = await tryJob(client, asked, plain.total, attempt < JOB_ATTEMPTS, signal);
    if (read?.whole) return { rows: read.rows };
    if (read !== undefined && read.rows.length >= best.rows.length) best = read;
  }
  return { rows: best.rows, cutShort: cutShort(asked.path, best) };
}

/**
 * One asynchronous read.
 *
 * @param mayFail a job that fails is `undefined` then, not a fault
 */
async function tryJob(
  client: PceClient,
  { path, eachRow }: WholeRead,
  plainTotal: number | undefined,
  mayFail: boolean,
  signal: AbortSignal | undefined,
): Promise<(Rows & { readonly whole: boolean }) | undefined> {
  const request = { method: "GET" as const, path, headers: { prefer: "respond-async" } };
  try {
    const started = await client.request({ ...request, ...(signal === undefined ? {} : { signal }) });
    if (started.status !== 202) return withoutJob(rowsOf(client, path, started));
    const made = rowsOf(client, path, await finishJob(client, started, eachRow, signal));
    const read = { rows: made.rows, total: made.total ?? plainTotal };
    return { ...read, whole: isWhole(read) };
  } catch (error) {
    if (mayFail && error instanceof PolicyFault && error.kind === "serverError") return undefined;
    throw error;
  }
}

/** A proxy that drops `Prefer` makes the PCE answer at once, and cut: then only a stated size proves it whole. */
function withoutJob(read: Rows): Rows & { readonly whole: boolean } {
  return { ...read, whole: read.total !== undefined && isWhole(read) };
}

function isWhole({ rows, total }: Rows): boolean {
  return total === undefined || rows.length >= total;
}

function rowsOf(client: PceClient, path: string, answer: PceAnswer): Rows {
  if (!Array.isArray(answer.json))
    throw faultOfShape(client.asked({ method: "GET", path }), "a list of objects");
  const total = answer.headers.get("x-total-count");
  return { rows: answer.json, total: total !== null && /^\d+$/.test(total) ? Number(total) : undefined };
}

function cutShort(path: string, { rows, total }: Rows): Diagnostic {
  return {
    code: "PCE_CUT_SHORT",
    what: `"${path}" came with ${rows.length} of ${total ?? "an unknown number of"} objects`,
    why: "policy made from a part of the objects could take access away, so nothing is revoked on it",
    fix: "give the API key's owner a global role (Read Only at least), so that it sees every object",
  };
}
