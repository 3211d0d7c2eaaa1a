import type { JsonObject } from "./json.ts";
import { type Actor, type JobRecord, type PceState, timestamp } from "./state.ts";

/** Starts an asynchronous read whose answer is already known; returns the href of its job. */
export function startJob(state: PceState, actor: Actor, description: string, content: string): string {
  const href = `/orgs/${state.orgId}/jobs/${state.ids.uuid()}`;
  const datafile = `/orgs/${state.orgId}/datafiles/${state.ids.uuid()}`;
  const fails = state.switches.failJobs > 0;
  if (fails) state.switches.failJobs -= 1;
  else state.datafiles.set(datafile, content);
  const document: JsonObject = {
    href,
    job_type: ":illumio/async_requests",
    description,
    status: "pending",
    requested_at: timestamp(state),
    requested_by: { href: actor.userHref },
  };
  const final: JsonObject = fails
    ? {
        status: "failed",
        terminated_at: timestamp(state),
        result: { message: "The collection could not be read" },
      }
    : { status: "done", terminated_at: timestamp(state), result: { href: datafile } };
  state.jobs.set(href, { document, final, pollsLeft: state.switches.jobPolls });
  return href;
}

/** Looks at a job or traffic query once; each look brings it nearer to its end. */
export function pollJob(state: PceState, href: string): JsonObject | undefined {
  const job = state.jobs.get(href);
  if (job === undefined) return undefined;
  if (job.pollsLeft > 0) {
    state.jobs.set(href, { ...job, pollsLeft: job.pollsLeft - 1 });
    return { ...job.document, status: runningWord(job) };
  }
  return { ...job.document, ...job.final };
}

/** Jobs say `running` and end as `done`; traffic queries say `working` and end as `completed`. */
const runningWord = (job: JobRecord): string => (job.document.job_type === undefined ? "working" : "running");
