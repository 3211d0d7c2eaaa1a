import { z } from "zod";
import { PolicyFault } from "../../ports/policy-fault.ts";
import { plainLine } from "./error-body.ts";
import type { PceAnswer, PceClient } from "./pce-client.ts";
import { faultOfShape } from "./pce-fault.ts";
import { retryAfter } from "./retry.ts";
import type { EachRow } from "./row-reader.ts";

const Job = z.object({
  status: z.string(),
  result: z.object({ href: z.string().nullish(), message: z.string().nullish() }).nullish(),
});

const FIRST_POLL = 250;
const SLOWEST_POLL = 5_000;
const ENDED_BADLY = new Set(["failed", "cancelled", "canceled", "cancel_requested"]);
/** A whole collection may be more than 100 MB. */
const DOWNLOAD_TIMEOUT = 300_000;

/**
 * Waits for the job that a 202 answer names and downloads what it made.
 *
 * @param eachRow what becomes of each member of the collection
 * @returns the answer that holds the whole collection
 * @throws PolicyFault `serverError` when the job fails, `badAnswer` when the 202 or the job is not as expected
 */
export async function finishJob(
  client: PceClient,
  started: PceAnswer,
  eachRow: EachRow,
  signal?: AbortSignal,
): Promise<PceAnswer> {
  const location = started.headers.get("location");
  if (location === null) throw noJob(client, "a Location header for the job that it started");
  const datafile = await pollJob(client, location, retryAfter(started.headers, client.clock.now()), signal);
  return client.request({ ...get(datafile, signal), eachRow, timeoutMs: DOWNLOAD_TIMEOUT });
}

async function pollJob(
  client: PceClient,
  location: string,
  suggested: number | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  // The PCE suggests several seconds even for a small collection, so the first looks come sooner.
  const slowest = Math.min(suggested ?? SLOWEST_POLL, SLOWEST_POLL);
  for (let wait = Math.min(FIRST_POLL, slowest); ; wait = Math.min(wait * 2, slowest)) {
    await client.clock.sleep(wait, signal);
    const answer = await client.request(get(location, signal));
    const job = Job.safeParse(answer.json);
    if (!job.success) throw noJob(client, "the state of a job");
    const { status, result } = job.data;
    if (status === "done" && result?.href) return result.href;
    if (status === "done") throw noJob(client, "the file that a finished job made");
    if (ENDED_BADLY.has(status)) throw jobFailed(client, status, result?.message ?? "no reason given");
  }
}

function get(path: string, signal: AbortSignal | undefined) {
  return { method: "GET" as const, path, ...(signal === undefined ? {} : { signal }) };
}

function noJob(client: PceClient, expected: string): PolicyFault {
  return faultOfShape(client.asked({ method: "GET", path: "jobs" }), expected);
}

function jobFailed(client: PceClient, status: string, reason: string): PolicyFault {
  return new PolicyFault(
    "serverError",
    `The job of the PCE ${client.host} that reads a whole collection ended as ${status} (${plainLine(reason)})`,
    "try again; if it stays, look at the health of the PCE",
  );
}
