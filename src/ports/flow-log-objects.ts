import type { FlowColumns } from "../core/flow/flow-columns.ts";
import type { LogFormats, TimedText } from "../core/flow/timed-text.ts";

/** Bytes of text, which may end anywhere, whole lines of one time, or rows of columns. */
export type FlowLogPart = Uint8Array | TimedText | FlowColumns;

/** One flow-log object: a file, an S3 object, standard input. */
export interface FlowLogObject {
  /** Path or `s3://bucket/key`, for messages and for the time slot that the key carries. */
  readonly name: string;
  readonly key?: string;
  /** What its lines before the first header may be in, where somebody said so. */
  readonly formats?: LogFormats;
  /** Changes when the object is written to again, which a file may be and an object of AWS never is. */
  readonly version?: string;
  /** It can be read no second time, as standard input. */
  readonly once?: true;
  /** Bytes as it is stored, where the list tells. */
  readonly size?: number;
  /**
   * Decompressed bytes of text, or rows of a columnar file, streamed. Each part is only lent until the next is asked
   * for. Ends with a {@link FlowLogFault} when the object is cut short or corrupt.
   */
  read(): AsyncIterable<FlowLogPart>;
  /**
   * The same bytes as they are stored, for a reader in another thread. Ends with a {@link FlowLogFault} when they
   * cannot be fetched.
   */
  stored?(): AsyncIterable<Uint8Array>;
}

/** Lists flow-log objects under what the user named. */
export interface FlowLogObjects {
  list(): AsyncIterable<FlowLogObject>;
}

/**
 * `damaged`: its bytes are cut or corrupt, and stay so. `absent`: it is gone, archived, or never was. `denied`: we lack
 * the right to read it. `interrupted`: the connection broke. Another try may mend the last two.
 */
export type FlowLogFaultKind = "damaged" | "absent" | "denied" | "interrupted";

/** An object that gave only part of its lines, or none. What was read before stays valid. */
export class FlowLogFault extends Error {
  readonly object: string;
  readonly fix: string;
  readonly kind: FlowLogFaultKind;
  constructor(object: string, message: string, fix: string, kind: FlowLogFaultKind = "damaged") {
    super(message);
    this.name = "FlowLogFault";
    this.object = object;
    this.fix = fix;
    this.kind = kind;
  }
}
