/** What only some protocols show of an error. */
export interface AwsErrorExtras {
  /** The older query-protocol code where it differs (SQS: `AWS.SimpleQueueService.NonExistentQueue`). */
  readonly queryCode?: string;
  /** More members of the error shape, rendered beside the message. */
  readonly details?: Readonly<Record<string, string>>;
}

/** An answer that AWS gives instead of a result. Thrown by the models, rendered by the wire in each protocol. */
export class AwsError extends Error {
  readonly code: string;
  readonly httpStatus: number;
  readonly extras: AwsErrorExtras;

  constructor(code: string, message: string, httpStatus = 400, extras: AwsErrorExtras = {}) {
    super(message);
    this.name = "AwsError";
    this.code = code;
    this.httpStatus = httpStatus;
    this.extras = extras;
  }

  /** `Receiver` is AWS's own fault (5xx), `Sender` the caller's. */
  get fault(): "Sender" | "Receiver" {
    return this.httpStatus >= 500 ? "Receiver" : "Sender";
  }
}

/** The connection broke instead of an answer: the wire closes the socket, the in-process handler rejects. */
export class ConnectionFault extends Error {
  readonly kind: "connectionReset" | "timeout";

  constructor(kind: "connectionReset" | "timeout") {
    super(kind === "timeout" ? "The sandbox let this call time out" : "The sandbox reset this connection");
    this.name = "ConnectionFault";
    this.kind = kind;
  }
}
