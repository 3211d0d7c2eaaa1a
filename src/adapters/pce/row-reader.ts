import { isAscii } from "node:buffer";

/** Bytes that are parsed at once: small beside a collection of 100 MB, large beside one of its members. */
const BATCH = 256 * 1024;
/** Bytes of a first member by which later ones are known: more than `{"href":"/orgs/1/`, which its own parts begin with. */
const BEGINNING = 24;
const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;

/** What is made of each member of an array as soon as it is read, so that the member itself need not be kept. */
export type EachRow = (row: unknown) => unknown;

/** Reads a JSON array while it arrives. */
export interface RowReader {
  /** Takes the next bytes. Throws `SyntaxError` where they turn out to be no JSON. */
  push(bytes: Uint8Array): void;
  /** The value, when all bytes have come. Throws `SyntaxError` where they are no JSON. */
  end(): unknown;
}

/**
 * Reads a JSON array while it arrives, some members at a time: neither the bytes nor the text nor the tree of the whole
 * ever stand in memory, and the work is done while the sender still sends.
 *
 * The border between two members is guessed from how the first one begins, and JSON itself proves the guess: members
 * that parse between brackets are whole ones. Where the guess fails the rest is kept and parsed at the end.
 */
export function rowReader(each: EachRow): RowReader {
  const rows: unknown[] = [];
  const chunks: Uint8Array[] = [];
  let size = 0;
  let border: Buffer | undefined;
  let isWhole = false;

  function take(): Buffer {
    const bytes = Buffer.concat(chunks.splice(0));
    size = 0;
    return bytes;
  }

  function keep(bytes: Uint8Array): void {
    chunks.push(bytes);
    size += bytes.length;
  }

  function add(members: readonly unknown[]): void {
    for (const member of members) rows.push(each(member));
  }

  function readBatch(): void {
    const bytes = take();
    const first = border === undefined;
    border ??= borderOf(bytes);
    const end = border === undefined ? -1 : bytes.lastIndexOf(border);
    const members = end <= 0 ? undefined : listIn(`${first ? "" : "["}${text(bytes.subarray(0, end + 1))}]`);
    if (members === undefined) {
      isWhole = true;
      // What was read before is whole; the rest is a list of its own.
      keep(first ? bytes : Buffer.concat([Buffer.of(OPEN_LIST), bytes]));
      return;
    }
    add(members);
    keep(bytes.subarray(end + 2));
  }

  return {
    push: (bytes) => {
      keep(bytes);
      if (!isWhole && size >= BATCH) readBatch();
    },
    end: () => {
      const rest = text(take());
      const value: unknown = JSON.parse(border === undefined || isWhole ? rest : `[${rest}`);
      if (!Array.isArray(value)) return value;
      add(value);
      return rows;
    },
  };
}

/** The end of one member and the beginning of the next. */
function borderOf(bytes: Buffer): Buffer | undefined {
  if (bytes[0] !== OPEN_LIST || bytes[1] !== OPEN_OBJECT) return undefined;
  return Buffer.concat([Buffer.from("},"), bytes.subarray(1, 1 + BEGINNING)]);
}

/** ASCII, which most collections are, is copied and not decoded. */
function text(bytes: Buffer): string {
  return isAscii(bytes) ? bytes.toString("latin1") : new TextDecoder().decode(bytes);
}

function listIn(json: string): readonly unknown[] | undefined {
  try {
    return JSON.parse(json) as unknown[];
  } catch {
    return undefined;
  }
}
