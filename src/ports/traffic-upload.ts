/** One conversation as the PCE takes it: who opened, to whom, on which port, IANA protocol number. */
export interface UploadFlow {
  readonly consumer: string;
  readonly provider: string;
  readonly port: number;
  readonly protocol: number;
}

/** What the PCE said of an upload: `received + failed` equals what was sent. */
export interface UploadReceipt {
  readonly sent: number;
  readonly received: number;
  readonly failed: number;
  readonly failures: readonly string[];
}

/** Where oriented flows go so that a map shows them. */
export interface TrafficUpload {
  upload(flows: readonly UploadFlow[]): Promise<UploadReceipt>;
}
