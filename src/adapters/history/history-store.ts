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
  /** Every file whose path begins with the prefix, sorted by path; only those behind a path, where one is given. */
  list(prefix: string, after?: string): Promise<readonly StoredFile[]>;
  /** Folders right below one, without the files in them: each a path that ends with `/`, like the one given. */
  folders(below: string): Promise<readonly string[]>;
  /** `undefined` when the file is not there. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Some bytes of a file, the end not included; fewer where it is shorter. `undefined` when it is not there. */
  readPart(path: string, start: number, end: number): Promise<Uint8Array | undefined>;
  /** Writes a file, over whatever was there. */
  put(path: string, bytes: Uint8Array): Promise<void>;
  /** Writes a file where none is. Of several at once, one gets true. */
  putNew(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Removes a file; to remove what is not there is no fault. */
  remove(path: string): Promise<void>;
}
