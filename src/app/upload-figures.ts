import type { UploadFlow } from "../core/upload/upload-flow.ts";

/** Flows of one call of which nobody knows whether the PCE counted them. */
export interface UploadDoubt {
  /** The hour that they were seen in: `2026-08-15T22`. */
  readonly window: string;
  /** When they were sent, in milliseconds since 1970. */
  readonly at: number;
  readonly flows: readonly UploadFlow[];
}

/** What became of flows. Those of this run first: `sent` = `received` + `failed` + `unsure`. */
export interface UploadFigures {
  readonly sent: number;
  readonly received: number;
  /** Refused by the PCE, and not to be sent again. */
  readonly failed: number;
  /** Sent by this run, and no answer says whether they count. */
  readonly unsure: number;
  /** Those of `received` that were sent a second time because that was asked for: the PCE may count them twice. */
  readonly perhapsTwice: number;
  /** Not sent, because they were before. */
  readonly before: number;
  /** Not sent, because another run is at it. */
  readonly elsewhere: number;
  /** Not sent, because an earlier run sent them and nobody knows whether they count. */
  readonly inDoubt: number;
  /** Not sent, because they are too old: nobody remembers which of them were. */
  readonly closed: number;
  /** What the PCE said of those that failed, and why others are unsure. */
  readonly failures: readonly string[];
  /** All that is unsure in the windows that were looked at, of whichever run. */
  readonly doubts: readonly UploadDoubt[];
}

/** Nothing was to be sent. */
export const NO_FIGURES: UploadFigures = {
  sent: 0,
  received: 0,
  failed: 0,
  unsure: 0,
  perhapsTwice: 0,
  before: 0,
  elsewhere: 0,
  inDoubt: 0,
  closed: 0,
  failures: [],
  doubts: [],
};

/** Adds up figures of different flows. A doubt that several of them name is one. */
export function addFigures(all: readonly UploadFigures[]): UploadFigures {
  const sum = (of: (figures: UploadFigures) => number): number => all.reduce((n, each) => n + of(each), 0);
  const doubts = new Map(
    all.flatMap((each) => each.doubts).map((d) => [`${d.window} ${d.at} ${d.flows.length}`, d]),
  );
  return {
    sent: sum((f) => f.sent),
    received: sum((f) => f.received),
    failed: sum((f) => f.failed),
    unsure: sum((f) => f.unsure),
    perhapsTwice: sum((f) => f.perhapsTwice),
    before: sum((f) => f.before),
    elsewhere: sum((f) => f.elsewhere),
    inDoubt: sum((f) => f.inDoubt),
    closed: sum((f) => f.closed),
    failures: all.flatMap((f) => f.failures),
    doubts: [...doubts.values()],
  };
}
