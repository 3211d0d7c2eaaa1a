import type { TimeWindow } from "../../../core/flow/conversation.ts";
import type { ConversationTableData } from "../../../core/flow/conversation-table.ts";
import type { FlowLogSummary } from "../../../core/flow/flow-log-reader.ts";
import type { LogFormats } from "../../../core/flow/timed-text.ts";
import { FlowLogFault, type FlowLogFaultKind } from "../../../ports/flow-log-objects.ts";

/** An object as a message names it; its bytes follow. */
export interface ToldObject {
  readonly name: string;
  readonly key?: string;
  readonly formats?: LogFormats;
  readonly window?: TimeWindow;
}

/** A fault as a message carries it. */
export interface ToldFault {
  readonly object: string;
  readonly message: string;
  readonly fix: string;
  readonly kind: FlowLogFaultKind;
}

/** What the command line tells a worker; `id` is that of the object. */
export type ToWorker =
  | { readonly kind: "object"; readonly id: number; readonly object: ToldObject }
  | { readonly kind: "bytes"; readonly id: number; readonly bytes: Uint8Array }
  /** No more bytes come; with a fault, although there should. */
  | { readonly kind: "end"; readonly id: number; readonly fault?: ToldFault }
  | { readonly kind: "table" };

/** What a worker tells. */
export type FromWorker =
  /** It has used one of the pieces. */
  | { readonly kind: "used"; readonly id: number }
  | {
      readonly kind: "read";
      readonly id: number;
      readonly summary: FlowLogSummary;
      readonly fault?: ToldFault;
    }
  | { readonly kind: "table"; readonly data: ConversationTableData };

export const toldFault = ({ object, message, fix, kind }: FlowLogFault): ToldFault => ({
  object,
  message,
  fix,
  kind,
});

export const faultOf = ({ object, message, fix, kind }: ToldFault): FlowLogFault =>
  new FlowLogFault(object, message, fix, kind);
