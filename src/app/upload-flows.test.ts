import { describe, expect, it } from "vitest";
import type { Conversation } from "../core/flow/conversation.ts";
import { uploadFlows } from "./upload-flows.ts";

const talk = (fields: Partial<Conversation> = {}): Conversation => ({
  consumer: "10.0.0.1",
  provider: "10.0.0.9",
  port: 5432,
  protocol: "tcp",
  action: "ACCEPT",
  records: 1,
  orientedBy: "syn",
  ...fields,
});

/** The same without one field, as a log without its column gives it. */
function without(field: keyof Conversation, fields: Partial<Conversation> = {}): Conversation {
  const { [field]: _absent, ...rest } = talk(fields);
  return rest as Conversation;
}

describe("uploadFlows", () => {
  it.each<{ name: string; conversation: Conversation; want: number | undefined }>([
    { name: "accepted", conversation: talk(), want: 6 },
    { name: "refused", conversation: talk({ action: "REJECT" }), want: undefined },
    { name: "of a log without actions", conversation: without("action"), want: 6 },
    { name: "of unknown direction", conversation: talk({ orientedBy: "unknown" }), want: undefined },
    { name: "without a port", conversation: without("port"), want: undefined },
    { name: "udp", conversation: talk({ protocol: "udp" }), want: 17 },
    { name: "of another protocol", conversation: talk({ protocol: "47" }), want: 47 },
    { name: "of no protocol", conversation: talk({ protocol: "tcp6" }), want: undefined },
    { name: "without a protocol", conversation: without("protocol"), want: undefined },
    {
      name: "without a protocol, to a database",
      conversation: without("protocol", { database: "orders" }),
      want: 6,
    },
  ])("$name: protocol $want", ({ conversation, want }) => {
    expect(uploadFlows([conversation]).map(({ protocol }) => protocol)).toEqual(
      want === undefined ? [] : [want],
    );
  });

  it("shows each flow once", () => {
    expect(uploadFlows([talk(), talk({ orientedBy: "database" }), talk({ port: 3306 })])).toHaveLength(2);
  });
});
