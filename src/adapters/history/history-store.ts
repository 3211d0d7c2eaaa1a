/** A file of the history: its path below the root, with `/`. */
export interface StoredFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** When it was last written, in milliseconds since 1970. */
  readonly modified: number;
}

/** Where the files of a history lie. Whoever reads a file sees it whole or not at all. */
export interface HistoryStore {
  /** For messages. */
  readonly name: string;
  /** Every file whose path begins with the prefix, sorted by path. */
  list(prefix: string): Promise<readonly StoredFile[]>;
  /** `undefined` when the file is not there. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Writes a file, over whatever was there. */
  put(path: string, bytes: Uint8Array): Promise<void>;
  /** Writes a file where none is. Of several at once, one gets true. */
  putNew(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Removes a file; to remove what is not there is no fault. */
  remove(path: string): Promise<void>;
}
