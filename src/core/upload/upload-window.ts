import { flowKey, type UploadFlow } from "./upload-flow.ts";

/** Flows of one call to the PCE whose answer is not known, or not known yet. */
export interface OpenChunk {
  /** Chosen by the run that sends it. */
  readonly id: string;
  /** `sending`: somebody is at it. `unsure`: nobody knows whether the PCE counted it, and nobody ever will. */
  readonly state: "sending" | "unsure";
  /** When it was marked, in milliseconds since 1970. */
  readonly at: number;
  /** It was sent before, without an answer, so that the PCE may count its flows twice. */
  readonly again: boolean;
  readonly flows: readonly UploadFlow[];
}

/** What the PCE said of the flows that it answered for: `sent` = `received` + `failed`. */
export interface UploadSums {
  readonly sent: number;
  readonly received: number;
  readonly failed: number;
  /** Those of `received` that the PCE may have counted once more. */
  readonly perhapsTwice: number;
}

/** What is remembered of the uploads of one window of time: each flow of it is in one place, and was sent once. */
export interface UploadWindow {
  readonly told: readonly UploadFlow[];
  readonly sums: UploadSums;
  readonly open: readonly OpenChunk[];
  /** Set once only the figures are kept: nothing of the window is sent any more. */
  readonly closed?: { readonly unsure: number };
}

/** A window of which nothing was sent. */
export const EMPTY_WINDOW: UploadWindow = {
  told: [],
  sums: { sent: 0, received: 0, failed: 0, perhapsTwice: 0 },
  open: [],
};

/** A mark that a run makes before it sends. */
export interface Mark {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * Marks the next flows that nobody has sent yet, at most so many. To mark under an id that stands changes nothing, so
 * that a write whose answer was lost may be made again. A closed window has no next flows.
 */
export function marked(
  window: UploadWindow,
  mark: Mark,
  flows: readonly UploadFlow[],
  most: number,
): UploadWindow {
  if (window.closed !== undefined || window.open.some(({ id }) => id === mark.id)) return window;
  const next = unsent(window, flows).slice(0, most);
  if (next.length === 0) return window;
  return { ...window, open: [...window.open, { ...mark, state: "sending", again: false, flows: next }] };
}

/**
 * Marks one chunk of unknown fate to be sent once more: the oldest that was in doubt before a moment. Only somebody
 * who would rather count twice than not at all asks for that.
 */
export function markedAgain(window: UploadWindow, mark: Mark, before: number): UploadWindow {
  if (window.open.some(({ id }) => id === mark.id)) return window;
  const doubtful = window.open.find(({ state, at }) => state === "unsure" && at < before);
  if (doubtful === undefined) return window;
  const next: OpenChunk = { ...doubtful, ...mark, state: "sending", again: true };
  return { ...window, open: window.open.map((chunk) => (chunk === doubtful ? next : chunk)) };
}

/** Notes what the PCE said of a chunk. One that is not open was noted before. */
export function answered(
  window: UploadWindow,
  id: string,
  { received, failed }: { readonly received: number; readonly failed: number },
): UploadWindow {
  const chunk = window.open.find((each) => each.id === id);
  if (chunk === undefined) return window;
  const { sums } = window;
  return {
    ...window,
    told: [...window.told, ...chunk.flows],
    sums: {
      sent: sums.sent + chunk.flows.length,
      received: sums.received + received,
      failed: sums.failed + failed,
      perhapsTwice: sums.perhapsTwice + (chunk.again ? received : 0),
    },
    open: window.open.filter((each) => each.id !== id),
  };
}

/** Notes that nobody knows what became of a chunk. */
export const doubted = (window: UploadWindow, id: string): UploadWindow =>
  changed(window, (chunk) => (chunk.id === id ? { ...chunk, state: "unsure" } : chunk));

/** Takes a mark back, because the PCE took nothing for certain. What was in doubt before it was sent again, still is. */
export function released(window: UploadWindow, id: string): UploadWindow {
  const chunk = window.open.find((each) => each.id === id);
  if (chunk === undefined) return window;
  if (chunk.again) return doubted(window, id);
  return { ...window, open: window.open.filter((each) => each.id !== id) };
}

/** Whoever marked a chunk before a moment (milliseconds since 1970) and has not noted an answer is dead: it is unsure. */
export const givenUp = (window: UploadWindow, before: number): UploadWindow =>
  changed(window, (chunk) => (chunk.at < before ? { ...chunk, state: "unsure" } : chunk));

/** Changes chunks that are being sent; the same window where none changed. */
function changed(window: UploadWindow, change: (chunk: OpenChunk) => OpenChunk): UploadWindow {
  const open = window.open.map((chunk) => (chunk.state === "sending" ? change(chunk) : chunk));
  return open.every((chunk, i) => chunk === window.open[i]) ? window : { ...window, open };
}

/** Only the figures of a window; nothing of it is sent from then on. One in which somebody is sending stays as it is. */
export function closed(window: UploadWindow): UploadWindow {
  if (window.closed !== undefined || window.open.some(({ state }) => state === "sending")) return window;
  const unsure = window.open.reduce((n, { flows }) => n + flows.length, 0);
  return { told: [], open: [], sums: window.sums, closed: { unsure } };
}

/** Flows of a list that nobody has sent and nobody is sending. */
export function unsent(window: UploadWindow, flows: readonly UploadFlow[]): readonly UploadFlow[] {
  if (window.closed !== undefined) return [];
  const known = new Set([...window.told, ...window.open.flatMap((chunk) => chunk.flows)].map(flowKey));
  return flows.filter((flow) => !known.has(flowKey(flow)));
}

/** How many flows of a list are where. */
export interface Whereabouts {
  readonly told: number;
  readonly sending: number;
  readonly unsure: number;
  /** In a window of which only figures are kept. */
  readonly closed: number;
}

/** Where the flows of a list stand that are not to be sent. */
export function whereabouts(window: UploadWindow, flows: readonly UploadFlow[]): Whereabouts {
  if (window.closed !== undefined) return { told: 0, sending: 0, unsure: 0, closed: flows.length };
  const keys = new Set(flows.map(flowKey));
  const among = (some: readonly UploadFlow[]): number =>
    some.filter((flow) => keys.has(flowKey(flow))).length;
  const inState = (wanted: OpenChunk["state"]): number =>
    among(window.open.filter(({ state }) => state === wanted).flatMap((chunk) => chunk.flows));
  return { told: among(window.told), sending: inState("sending"), unsure: inState("unsure"), closed: 0 };
}
