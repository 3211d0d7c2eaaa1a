import { describe, expect, it } from "vitest";
import {
  inOrder,
  type ScriptedAnswer,
  scriptedClient,
  scriptedPce,
} from "../../../test/support/scripted-pce.ts";
import type { UploadFlow } from "../../core/upload/upload-flow.ts";
import { trafficUploadOf } from "./pce-traffic-upload.ts";

const flows = (count: number): readonly UploadFlow[] =>
  Array.from({ length: count }, (_, i) => ({
    consumer: `10.0.${i >> 8}.${i & 255}`,
    provider: "10.0.9.20",
    port: 3306,
    protocol: 6,
  }));

const took = (received: number, failed: readonly string[] = []): ScriptedAnswer => ({
  status: 201,
  json: { num_flows_received: received, num_flows_failed: failed.length, failed_flows: failed },
});

async function upload(count: number, ...answers: readonly ScriptedAnswer[]) {
  const pce = scriptedPce(inOrder(...answers));
  const receipt = await trafficUploadOf(scriptedClient(pce)).upload(flows(count));
  return { ...receipt, calls: pce.seen.length, pce };
}

describe("an upload", () => {
  it("sends plain lines without a header row", async () => {
    const { pce, ...receipt } = await upload(2, took(2));
    expect(receipt).toEqual({ sent: 2, received: 2, failed: 0, unsure: 0, failures: [], calls: 1 });
    expect(pce.seen[0]).toMatchObject({
      method: "POST",
      path: "/orgs/3/agents/bulk_traffic_flows",
      body: "10.0.0.0,10.0.9.20,3306,6\n10.0.0.1,10.0.9.20,3306,6",
    });
    expect(pce.seen[0]?.headers.get("content-type")).toBe("text/csv");
    expect(pce.seen[0]?.headers.get("content-encoding")).toBeNull();
  });

  it("of nothing makes no call", async () => {
    expect(await upload(0, took(0))).toMatchObject({ sent: 0, received: 0, failed: 0, calls: 0 });
  });

  it("takes a thousand flows at once, and not one more", async () => {
    expect(await upload(1000, took(1000))).toMatchObject({ sent: 1000, received: 1000, calls: 1 });
    await expect(upload(1001, took(1001))).rejects.toThrow(RangeError);
  });

  it.each<[string, ScriptedAnswer, { received: number; failed: number; unsure?: number }]>([
    ["failed flows counted among the received", took(10, ["10.0.0.1,x"]), { received: 9, failed: 1 }],
    ["failed flows counted apart", took(9, ["10.0.0.1,x"]), { received: 9, failed: 1 }],
    ["fewer than sent", took(7), { received: 7, failed: 3 }],
    ["more than sent", took(99), { received: 10, failed: 0 }],
    ["no counts", { status: 201, json: {} }, { received: 0, failed: 0, unsure: 10 }],
    ["no body", { status: 201 }, { received: 0, failed: 0, unsure: 10 }],
    [
      "only a number of failures",
      { status: 201, json: { num_flows_received: 10, num_flows_failed: 4 } },
      { received: 6, failed: 4 },
    ],
    ["content that it refuses", { status: 406 }, { received: 0, failed: 10 }],
    ["a server error", { status: 500 }, { received: 0, failed: 0, unsure: 10 }],
    ["a timeout at the gateway", { status: 504 }, { received: 0, failed: 0, unsure: 10 }],
  ])("accounts for %s", async (_, answer, want) => {
    const receipt = await upload(10, answer);
    expect(receipt).toMatchObject({ sent: 10, unsure: 0, ...want, calls: 1 });
    expect(receipt.received + receipt.failed + receipt.unsure).toBe(10);
    expect(receipt.failures.length > 0).toBe(want.received < 10);
  });

  it("sends again what was refused for the rate", async () => {
    expect(await upload(10, { status: 429 }, took(10))).toMatchObject({ received: 10, failed: 0, calls: 2 });
  });

  it("fails when the PCE refuses from the start", async () => {
    await expect(upload(10, { status: 401 })).rejects.toMatchObject({ kind: "credentials" });
    await expect(upload(10, { status: 404, text: "<html>" })).rejects.toMatchObject({ kind: "notFound" });
  });
});
