import type { Diagnostic } from "../core/diagnostic.ts";
import type { UploadFlow } from "../core/upload/upload-flow.ts";
import {
  answered,
  doubted,
  EMPTY_WINDOW,
  givenUp,
  type Mark,
  marked,
  markedAgain,
  type OpenChunk,
  released,
  type UploadWindow,
  unsent,
  whereabouts,
} from "../core/upload/upload-window.ts";
import { windowIsBefore } from "../core/upload/window-name.ts";
import type { Clock } from "../ports/clock.ts";
import { MAX_UPLOAD, type TrafficUpload, type UploadReceipt } from "../ports/traffic-upload.ts";
import type { UploadLedger } from "../ports/upload-ledger.ts";
import { changeWindow } from "./change-window.ts";
import { expectedProblem } from "./expected-problem.ts";
import { outOfTime } from "./run-time.ts";
import { addFigures, NO_FIGURES, type UploadFigures } from "./upload-figures.ts";

/** What an upload works with. */
export interface UploadPorts {
  readonly to: TrafficUpload;
  readonly ledger: UploadLedger;
  readonly clock: Clock;
  /** Another text at each call, in every process. */
  readonly newId: () => string;
}

export interface UploadSettings {
  /** Windows that are older are not sent: nobody remembers any more what was sent of them. */
  readonly keepDays: number;
  /** Sends once more what nobody knows the fate of; the PCE may count it twice. */
  readonly resendUnsure?: boolean;
}

/** Flows of one window, each once. */
export interface WindowFlows {
  readonly window: string;
  readonly flows: readonly UploadFlow[];
}

/** What became of the flows, and why some of them wait for another run. */
export interface UploadOutcome {
  readonly figures: UploadFigures;
  /** Set when flows are left that another run may send: nothing of them was taken. */
  readonly problem?: Diagnostic;
}

/**
 * Whoever marked a chunk so long ago, in milliseconds, and did not note what came of it is dead: twice the 15 minutes
 * that a function may run.
 */
export const DEAD_AFTER_MS = 30 * 60_000;
const DAY_SECONDS = 86_400;

/**
 * Sends each flow of a window once, whoever asks for it, however often, from however many processes. A chunk is marked
 * in the ledger before it is sent, and noted after. When a run dies between the two, or no answer comes, nobody knows
 * whether the PCE counts it: it is `unsure`, is told with every look at the window, and is not sent again unless that
 * is asked for. So a count may be too small by what is unsure, and is never too large in silence.
 */
export async function uploadTraffic(
  ports: UploadPorts,
  settings: UploadSettings,
  work: readonly WindowFlows[],
  mayGoOn: () => boolean = () => true,
): Promise<UploadOutcome> {
  const firstKept = Math.floor(ports.clock.now() / 1000) - settings.keepDays * DAY_SECONDS;
  let figures = NO_FIGURES;
  for (const each of work) {
    if (windowIsBefore(each.window, firstKept)) {
      figures = addFigures([figures, { ...NO_FIGURES, closed: each.flows.length }]);
      continue;
    }
    const one = await uploadWindow(ports, settings, each, mayGoOn);
    figures = addFigures([figures, one.figures]);
    if (one.problem !== undefined) return { figures, problem: one.problem };
  }
  return { figures };
}

/** How far the upload of one window has come. */
interface Progress {
  figures: UploadFigures;
  /** What is to be noted of the chunk that was sent last, with the next write of the ledger. */
  note: (window: UploadWindow) => UploadWindow;
  /** No answer came to the last chunk: the next thousand would be in doubt, too. */
  silent: boolean;
  /** The window before anything of it was sent, and as it is now. */
  before?: UploadWindow;
  now: UploadWindow;
  problem?: Diagnostic;
}

async function uploadWindow(
  ports: UploadPorts,
  settings: UploadSettings,
  work: WindowFlows,
  mayGoOn: () => boolean,
): Promise<UploadOutcome> {
  const startedAt = ports.clock.now();
  const progress: Progress = { figures: NO_FIGURES, note: (now) => now, silent: false, now: EMPTY_WINDOW };
  const next = (window: UploadWindow, mark: Mark): UploadWindow =>
    progress.problem === undefined && !progress.silent && mayGoOn()
      ? nextMarked(window, mark, work.flows, settings, startedAt)
      : window;
  try {
    for (;;) {
      const chunk = await markNext(ports, work.window, progress, next);
      if (chunk === undefined) break;
      await sendChunk(ports, chunk, progress);
    }
  } catch (error) {
    // What was sent and could not be noted stays marked, and turns unsure: it is not sent again.
    const problem = expectedProblem(error);
    if (problem === undefined) throw error;
    return { figures: progress.figures, problem };
  }
  const { before = EMPTY_WINDOW, now, silent } = progress;
  const figures = addFigures([
    progress.figures,
    standing(before, work.flows, settings),
    doubtsOf(work.window, now),
  ]);
  const left = unsent(now, work.flows).length;
  if (progress.problem !== undefined) return { figures, problem: progress.problem };
  if (left === 0) return { figures };
  return { figures, problem: silent ? noAnswer(left) : outOfTime(leftOver(left)) };
}

/** Notes the last chunk and marks the next one, in one write; `undefined` when there is none. */
async function markNext(
  ports: UploadPorts,
  name: string,
  progress: Progress,
  next: (window: UploadWindow, mark: Mark) => UploadWindow,
): Promise<OpenChunk | undefined> {
  const mark: Mark = { id: ports.newId(), at: ports.clock.now() };
  const isFirst = progress.before === undefined;
  progress.now = await changeWindow(ports, name, (known) => {
    const noted = givenUp(progress.note(known), mark.at - DEAD_AFTER_MS);
    // Where others are first, it is the state that they leave that counts.
    if (isFirst) progress.before = noted;
    return next(noted, mark);
  });
  return progress.now.open.find(({ id }) => id === mark.id);
}

async function sendChunk({ to }: UploadPorts, chunk: OpenChunk, progress: Progress): Promise<void> {
  const { id, flows, again } = chunk;
  try {
    const receipt = await to.upload(flows);
    progress.figures = addFigures([progress.figures, sentFigures(receipt, again)]);
    progress.silent = receipt.unsure > 0;
    progress.note = (now) => (receipt.unsure > 0 ? doubted(now, id) : answered(now, id, receipt));
  } catch (error) {
    const problem = expectedProblem(error);
    if (problem === undefined) throw error;
    progress.problem = problem;
    progress.note = (now) => released(now, id);
  }
}

const leftOver = (count: number): string => `${count} flows were not sent to the PCE`;

const noAnswer = (left: number): Diagnostic => ({
  code: "UPLOAD_WITHOUT_ANSWER",
  what: leftOver(left),
  why: "It gave no answer for those before, and nobody knows whether it counts them",
  fix: "Nothing, if a later run takes it up; else look at the health of the PCE",
});

function nextMarked(
  window: UploadWindow,
  mark: Mark,
  flows: readonly UploadFlow[],
  { resendUnsure }: UploadSettings,
  startedAt: number,
): UploadWindow {
  const again = resendUnsure === true ? markedAgain(window, mark, startedAt) : window;
  return again === window ? marked(window, mark, flows, MAX_UPLOAD) : again;
}

const sentFigures = (receipt: UploadReceipt, again: boolean): UploadFigures => ({
  ...NO_FIGURES,
  ...receipt,
  perhapsTwice: again ? receipt.received : 0,
});

/** Flows that this run had no need to send, as the window was before it sent anything. */
function standing(
  before: UploadWindow,
  flows: readonly UploadFlow[],
  { resendUnsure }: UploadSettings,
): UploadFigures {
  const { told, sending, unsure, closed } = whereabouts(before, flows);
  const inDoubt = resendUnsure === true ? 0 : unsure;
  return { ...NO_FIGURES, before: told, elsewhere: sending, inDoubt, closed };
}

const doubtsOf = (window: string, { open }: UploadWindow): UploadFigures => ({
  ...NO_FIGURES,
  doubts: open.filter(({ state }) => state === "unsure").map(({ at, flows }) => ({ window, at, flows })),
});
