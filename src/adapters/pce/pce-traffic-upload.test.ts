import { describe, expect, it } from "vitest";
import {
  inOrder,
  type ScriptedAnswer,
  scriptedClient,
  scriptedPce,
} from "../../../test/support/scripted-pce.ts";
import type { UploadFlow } from "../../ports/traffic-upload.ts";
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
    expect(receipt).toEqual({ sent: 2, received: 2, failed: 0, failures: [], calls: 1 });
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

  it("splits after 1000 flows", async () => {
    const { pce, ...receipt } = await upload(2500, took(1000), took(1000), took(500));
    expect(receipt).toMatchObject({ sent: 2500, received: 2500, failed: 0, calls: 3 });
    expect(pce.seen.map((request) => request.body.split("\n").length)).toEqual([1000, 1000, 500]);
  });

  it.each<[string, ScriptedAnswer, { received: number; failed: number }]>([
    ["failed flows counted among the received", took(10, ["10.0.0.1,x"]), { received: 9, failed: 1 }],
    ["failed flows counted apart", took(9, ["10.0.0.1,x"]), { received: 9, failed: 1 }],
    ["fewer than sent", took(7), { received: 7, failed: 3 }],
    ["more than sent", took(99), { received: 10, failed: 0 }],
    ["no counts", { status: 201, json: {} }, { received: 0, failed: 10 }],
    ["no body", { status: 201 }, { received: 0, failed: 10 }],
    [
      "only a number of failures",
      { status: 201, json: { num_flows_received: 10, num_flows_failed: 4 } },
      { received: 6, failed: 4 },
    ],
    ["a server error", { status: 500 }, { received: 0, failed: 10 }],
    ["a timeout at the gateway", { status: 504 }, { received: 0, failed: 10 }],
  ])("accounts for %s", async (_, answer, want) => {
    const receipt = await upload(10, answer);
    expect(receipt).toMatchObject({ sent: 10, ...want, calls: 1 });
    expect(receipt.failures.length > 0).toBe(want.failed > 0);
  });

  it("never sends a chunk of unknown fate again, and goes on with the next", async () => {
    expect(await upload(2000, { status: 503 }, took(1000))).toMatchObject({
      received: 1000,
      failed: 1000,
      calls: 2,
    });
  });

  it("sends again what was refused for the rate", async () => {
    expect(await upload(10, { status: 429 }, took(10))).toMatchObject({ received: 10, failed: 0, calls: 2 });
  });

  it("fails when the PCE refuses from the start", async () => {
    await expect(upload(10, { status: 401 })).rejects.toMatchObject({ kind: "credentials" });
    await expect(upload(10, { status: 404, text: "<html>" })).rejects.toMatchObject({ kind: "notFound" });
  });

  it("stops and accounts for the rest when the PCE refuses in the middle", async () => {
    const receipt = await upload(3000, took(1000), { status: 403 });
    expect(receipt).toMatchObject({ sent: 3000, received: 1000, failed: 2000, calls: 2 });
    expect(receipt.failures).toEqual([
      expect.stringContaining("1000 flows: The PCE pce.example.com:8443 gives the API key no right"),
      "1000 flows were not sent after that",
    ]);
  });
});
