import { closed, givenUp } from "../core/upload/upload-window.ts";
import { windowIsBefore } from "../core/upload/window-name.ts";
import type { Clock } from "../ports/clock.ts";
import type { UploadLedger } from "../ports/upload-ledger.ts";
import type { NamedText } from "../ports/versioned-text.ts";
import { changeWindow } from "./change-window.ts";
import { DEAD_AFTER_MS } from "./upload-traffic.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/**
 * A queue keeps a message for 14 days at most, so that after them nothing comes again by itself:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
 */
const CLOSED_AFTER_MS = 14 * DAY_MS;
/** For so long a window is looked at every time, so that a day without anybody who tends leaves none out. */
const LOOKED_AT_MS = 2 * DAY_MS;

/** What became of the ledger. */
export interface TendedUploads {
  readonly removed: number;
  /** Windows of which only the figures are kept from now on. */
  readonly closed: number;
}

/**
 * Keeps the ledger small: marks of runs that died turn unsure; of a window that nobody has written for 14 days only
 * the figures stay; what is older than `keepDays` goes. May be ended at any point.
 */
export async function tendUploads(
  ports: { readonly ledger: UploadLedger; readonly clock: Clock },
  keepDays: number,
  isOver: () => boolean = () => false,
): Promise<TendedUploads> {
  const now = ports.clock.now();
  const before = Math.floor((now - keepDays * DAY_MS) / 1000);
  const tended = { removed: 0, closed: 0 };
  for (const text of await ports.ledger.list()) {
    if (isOver()) break;
    if (isTooOld(text, before)) {
      await ports.ledger.remove(text.id);
      tended.removed += 1;
    } else if (await tendWindow(ports, text, now)) tended.closed += 1;
  }
  return tended;
}

/** @returns whether only the figures stay from now on */
async function tendWindow(
  ports: { readonly ledger: UploadLedger; readonly clock: Clock },
  { id, writtenAt }: NamedText,
  now: number,
): Promise<boolean> {
  const unwritten = now - writtenAt;
  const isDue = (after: number): boolean => unwritten >= after && unwritten <= after + LOOKED_AT_MS;
  if (!isDue(DEAD_AFTER_MS) && !isDue(CLOSED_AFTER_MS)) return false;
  let isNew = false;
  await changeWindow(ports, id, (window) => {
    const calm = givenUp(window, now - DEAD_AFTER_MS);
    const next = isDue(CLOSED_AFTER_MS) ? closed(calm) : calm;
    isNew = next.closed !== undefined && window.closed === undefined;
    return next;
  });
  return isNew;
}

/** An hour by its name, anything else by when it was written. */
const isTooOld = ({ id, writtenAt }: NamedText, before: number): boolean =>
  id.startsWith("object-") ? writtenAt / 1000 < before : windowIsBefore(id, before);
