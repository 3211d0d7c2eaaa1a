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

/** A name of a text, and when it was last written, in milliseconds since 1970. */
export interface NamedText {
  readonly id: string;
  readonly writtenAt: number;
}

/** Texts that lie side by side, each by a name of letters, digits and `-`. */
export interface VersionedTexts {
  /** For messages. */
  readonly name: string;
  /** In the order of their names. */
  list(): Promise<readonly NamedText[]>;
  of(id: string): VersionedText;
  /** To remove what is not there is no fault. */
  remove(id: string): Promise<void>;
}
