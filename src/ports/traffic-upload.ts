import type { UploadFlow } from "../core/upload/upload-flow.ts";

/** Flows that a PCE takes in one call. */
export const MAX_UPLOAD = 1000;

/** What the PCE said of an upload: `received + failed + unsure` equals what was sent. */
export interface UploadReceipt {
  readonly sent: number;
  readonly received: number;
  readonly failed: number;
  /** All of them, when no answer came that says whether they count; else none. */
  readonly unsure: number;
  readonly failures: readonly string[];
}

/** Where oriented flows go so that a map shows them. */
export interface TrafficUpload {
  /**
   * Sends at most {@link MAX_UPLOAD} flows in one call.
   *
   * @throws PolicyFault when nothing was taken for certain, so that they may be sent again
   */
  upload(flows: readonly UploadFlow[]): Promise<UploadReceipt>;
}
