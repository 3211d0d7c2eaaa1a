import { z } from "zod";

const OneMessage = z.object({ Records: z.tuple([z.object({ messageId: z.string() })]) });
const Event = z.object({ id: z.string() });

/**
 * The id by which an event can be followed from where it came from: that of its only message in the queue, or the one
 * that EventBridge gave it. Absent for several messages, whose ids stand in the line where they fail.
 */
export function correlationId(event: unknown): string | undefined {
  const message = OneMessage.safeParse(event);
  if (message.success) return message.data.Records[0].messageId;
  const bridge = Event.safeParse(event);
  return bridge.success ? bridge.data.id : undefined;
}
