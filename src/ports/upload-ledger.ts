import type { UploadWindow } from "../core/upload/upload-window.ts";
import type { NamedText } from "./versioned-text.ts";

/** A window as it was read. */
export interface LedgerEntry {
  readonly window: UploadWindow;
  readonly version: string;
}

/** What is remembered of uploads, window by window. Several processes write it, each only over what it has read. */
export interface UploadLedger {
  /** For messages. */
  readonly name: string;
  /** Windows of which something is remembered. */
  list(): Promise<readonly NamedText[]>;
  /** `undefined` when nothing was sent of it. @throws UploadLedgerFault when it cannot be understood */
  read(window: string): Promise<LedgerEntry | undefined>;
  /** @returns false when somebody else has written since; nothing is written then */
  write(window: string, next: UploadWindow, over: string | undefined): Promise<boolean>;
  remove(window: string): Promise<void>;
}

/** The ledger cannot be read or written, so that nobody could say what was sent. */
export class UploadLedgerFault extends Error {
  readonly fix: string;
  constructor(message: string, fix: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UploadLedgerFault";
    this.fix = fix;
  }
}
