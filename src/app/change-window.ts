import { EMPTY_WINDOW, type UploadWindow } from "../core/upload/upload-window.ts";
import type { Clock } from "../ports/clock.ts";
import { type UploadLedger, UploadLedgerFault } from "../ports/upload-ledger.ts";

/** Others that write at the same moment are let past so often: each time, one of them got through. */
const TRIES = 50;
const LONGEST_WAIT_MS = 250;

/**
 * Changes a window of the ledger over whatever others have written meanwhile; writes nothing where nothing changes.
 *
 * @param change may be called several times; made twice, it comes to the same as once
 * @returns the window as it is now
 * @throws UploadLedgerFault when others never let it through; whatever the ledger's adapter throws
 */
export async function changeWindow(
  { ledger, clock }: { readonly ledger: UploadLedger; readonly clock: Clock },
  name: string,
  change: (window: UploadWindow) => UploadWindow,
): Promise<UploadWindow> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const known = await ledger.read(name);
    const window = known?.window ?? EMPTY_WINDOW;
    const next = change(window);
    if (next === window || (await ledger.write(name, next, known?.version))) return next;
    await clock.sleep(Math.min(LONGEST_WAIT_MS, 10 * tries));
  }
  throw new UploadLedgerFault(
    `The ledger of uploads for ${name} was written by others ${TRIES} times in a row`,
    "Nothing, if a later run takes it up; else let fewer functions run at once",
  );
}
