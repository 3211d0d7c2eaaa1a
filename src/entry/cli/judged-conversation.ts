import type { FlowVerdict } from "../../app/flow-verdict.ts";
import type { Conversation } from "../../core/flow/conversation.ts";

/** A conversation, and what policy says of it where one was named. */
export interface JudgedConversation extends Conversation {
  readonly verdict?: FlowVerdict;
}
