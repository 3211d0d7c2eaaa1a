/** A write that is about to be made, with its reason. Holds nothing secret. */
export interface AuditEntry {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly database: string;
  readonly action: string;
  /** The step as plans print it, group names resolved. */
  readonly step: unknown;
  readonly why: string;
  /** Fingerprint of the state that the step was decided from. */
  readonly basis: string;
}

/** Where each write is recorded before it is made. A record that cannot be written stops the write. */
export interface AuditLog {
  record(entry: AuditEntry): Promise<void>;
}
