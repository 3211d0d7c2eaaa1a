import { describe, expect, it } from "vitest";
import type { Conversation } from "../core/flow/conversation.ts";
import { PolicyFault } from "../ports/policy-fault.ts";
import type { UploadFlow } from "../ports/traffic-upload.ts";
import { sendFlows, uploadFlows } from "./upload-traffic.ts";

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

const flows = (count: number): readonly UploadFlow[] =>
  Array.from({ length: count }, (_, i) => ({
    consumer: `10.0.${i >> 8}.${i & 255}`,
    provider: "10.9.0.1",
    port: 1,
    protocol: 6,
  }));
const refusal = new PolicyFault("denied", "The PCE refuses", "ask");

/** An upload that takes everything, but throws at the calls with these numbers. */
function uploadThatThrows(...at: readonly number[]) {
  const calls: number[] = [];
  const upload = async (part: readonly UploadFlow[]) => {
    calls.push(part.length);
    if (at.includes(calls.length)) throw refusal;
    return { sent: part.length, received: part.length, failed: 0, failures: [] };
  };
  return { calls, upload: { upload } };
}

describe("sendFlows", () => {
  it("sends a thousand at a time", async () => {
    const { calls, upload } = uploadThatThrows();
    expect(await sendFlows(upload, flows(2_500))).toMatchObject({ sent: 2_500, received: 2_500, failed: 0 });
    expect(calls).toEqual([1_000, 1_000, 500]);
  });

  it("calls nobody when there is nothing", async () => {
    const { calls, upload } = uploadThatThrows();
    expect(await sendFlows(upload, [])).toMatchObject({ sent: 0 });
    expect(calls).toEqual([]);
  });

  it("throws while nothing was taken", async () => {
    await expect(sendFlows(uploadThatThrows(1).upload, flows(2_500))).rejects.toBe(refusal);
  });

  it("counts what is refused once something was taken", async () => {
    const { calls, upload } = uploadThatThrows(2);
    expect(await sendFlows(upload, flows(2_500))).toEqual({
      sent: 2_500,
      received: 1_000,
      failed: 1_500,
      failures: ["1500 flows were not sent: The PCE refuses"],
    });
    expect(calls).toHaveLength(2);
  });

  it("ends when the time is over, but not before it began", async () => {
    const { upload } = uploadThatThrows();
    expect(await sendFlows(upload, flows(2_500), () => false)).toMatchObject({
      sent: 2_500,
      received: 1_000,
    });
  });

  it("lets a bug of ours through", async () => {
    const upload = { upload: async () => Promise.reject(new TypeError("a bug")) };
    await expect(sendFlows(upload, flows(1))).rejects.toThrow(TypeError);
  });
});
