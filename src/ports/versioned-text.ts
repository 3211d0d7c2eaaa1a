/** A text and the mark of the state it was read in. */
export interface TextVersion {
  readonly text: string;
  readonly version: string;
}

/** One small text that several processes write, each only over what it has read. */
export interface VersionedText {
  /** `undefined` when there is none yet. */
  read(): Promise<TextVersion | undefined>;
  /**
   * Writes over the version that was read; over nothing when that was `undefined`.
   *
   * @returns false when somebody else has written since; nothing is written then
   */
  write(text: string, over: string | undefined): Promise<boolean>;
}
