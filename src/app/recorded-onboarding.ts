import { digest } from "../core/digest.ts";
import { OWNER_TAG } from "../core/inventory/ownership.ts";
import type { PceState } from "../core/onboard/pce-state.ts";
import type { OnboardingAudit, OnboardingEntry, OnboardingItem } from "../ports/audit-log.ts";
import type { Clock } from "../ports/clock.ts";
import type { FlowLogSubscriptions, PceObjects, PceWrite } from "../ports/onboarding.ts";

/** Where a run of onboarding puts on record what it writes. */
export interface OnboardingRecorder {
  readonly audit: OnboardingAudit;
  readonly clock: Clock;
  readonly run: OnboardingEntry["run"];
}

type Told = Omit<OnboardingEntry, "at" | "run">;

const record = ({ audit, clock, run }: OnboardingRecorder, told: Told): Promise<void> =>
  audit.record({ at: new Date(clock.now()).toISOString(), run, ...told });

/**
 * Flow-log subscriptions that are put on record before they are made or taken away. A record that cannot be written
 * stops the write.
 *
 * @param target the account and region
 */
export function recordedFlowLogs(
  flowLogs: FlowLogSubscriptions,
  recorder: OnboardingRecorder,
  { target, owner }: { readonly target: string; readonly owner: string },
): FlowLogSubscriptions {
  const marks = new Map<string, string>();
  let basis = "";
  const tell = (action: string, items: readonly OnboardingItem[], why: string): Promise<void> =>
    items.length === 0
      ? Promise.resolve()
      : record(recorder, { target, action, mark: owner, items, why, basis });
  return {
    read: async () => {
      const logs = await flowLogs.read();
      for (const { flowLogId, tags } of logs) marks.set(flowLogId, tags[OWNER_TAG] ?? "");
      basis = digest(JSON.stringify(logs));
      return logs;
    },
    create: async (wanted) => {
      const items = wanted.resourceIds.map((id) => ({ id, mark: wanted.owner }));
      await tell("createFlowLogs", items, `No flow log to ${wanted.bucket} sees these`);
      return flowLogs.create(wanted);
    },
    remove: async (flowLogIds) => {
      const items = flowLogIds.map((id) => ({ id, mark: marks.get(id) ?? "" }));
      const why =
        recorder.run === "onboard"
          ? "Moat made them, and they are of no use any more"
          : "Onboarding is taken back";
      await tell("deleteFlowLogs", items, why);
      return flowLogs.remove(flowLogIds);
    },
  };
}

/**
 * Objects of a PCE that are put on record before they are written.
 *
 * @param open makes the objects, given what is to be called before each write
 * @param mark the external data set of all that Moat makes
 */
export function recordedPce(
  open: (beforeWrite: (write: PceWrite) => Promise<void>) => PceObjects,
  recorder: OnboardingRecorder,
  mark: string,
): PceObjects {
  let marks: ReadonlyMap<string, string> = new Map();
  let basis = "";
  const pce = open(({ action, items }) =>
    record(recorder, {
      target: pce.name,
      action,
      mark,
      items: items.map((item) => withMark(item, marks)),
      why:
        recorder.run === "onboard"
          ? "The PCE is to know the databases as AWS has them"
          : "Onboarding is taken back",
      basis,
    }),
  );
  return {
    ...pce,
    read: async () => {
      const state = await pce.read();
      marks = marksOf(state);
      basis = digest(JSON.stringify(state));
      return state;
    },
  };
}

/** What was found on an object counts for more than what is to be written to it. */
function withMark(item: OnboardingItem, marks: ReadonlyMap<string, string>): OnboardingItem {
  const found = marks.get(item.id.replace("/sec_policy/draft/", "/sec_policy/active/"));
  return found === undefined ? item : { ...item, mark: found };
}

/** A binding has no mark of its own: it is ours when one of the two that it binds is. */
function marksOf({ labels, workloads, virtualServices, bindings }: PceState): ReadonlyMap<string, string> {
  const marks = new Map(
    [...labels, ...workloads, ...virtualServices].map((each) => [each.href, each.set ?? ""]),
  );
  for (const { href, virtualService, workload } of bindings)
    marks.set(href, marks.get(virtualService) || marks.get(workload) || "");
  return marks;
}
