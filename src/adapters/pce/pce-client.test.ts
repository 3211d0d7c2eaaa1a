import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import {
  inOrder,
  jumpingClock,
  type ScriptedAnswer,
  scriptedClient,
  scriptedPce,
  TEST_SECRET,
} from "../../../test/support/scripted-pce.ts";
import { PolicyFault } from "../../ports/policy-fault.ts";
import { createPceClient, type PceRequest } from "./pce-client.ts";

const labels: PceRequest = { method: "GET", path: "labels" };
const provision: PceRequest = { method: "POST", path: "sec_policy", body: {} };
const refused = Object.assign(new TypeError("fetch failed"), {
  cause: Object.assign(new Error(), { code: "ECONNREFUSED" }),
});
const failedWith = (code: string) =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(), { code }) });

async function faultOf(promise: Promise<unknown>): Promise<PolicyFault> {
  const error = await promise.catch((thrown: unknown) => thrown);
  if (error instanceof PolicyFault) return error;
  throw new Error(`not a PolicyFault: ${String(error)}`);
}

/** Sends one request to a PCE that always gives the same answer. */
async function faultAfter(answer: ScriptedAnswer, request = labels) {
  const pce = scriptedPce(() => answer);
  const clock = jumpingClock();
  const fault = await faultOf(scriptedClient(pce, { clock }).request(request));
  return { fault, requests: pce.seen.length, waits: clock.waits };
}

describe("a PCE's refusal", () => {
  const html = "<!DOCTYPE html><html><body>Not Found</body></html>";
  const notFound = [{ token: "not_found_error", message: "Not found" }];

  it.each<[string, ScriptedAnswer, string, string, number]>([
    ["401", { status: 401 }, "credentials", "does not accept the API key (401)", 1],
    [
      "403",
      { status: 403, json: [{ token: "forbidden_error", message: "No" }] },
      "denied",
      "forbidden_error: No",
      1,
    ],
    ["404 of a route", { status: 404, text: html }, "notFound", "(404): an HTML page", 1],
    ["404 of an object", { status: 404, json: notFound }, "notFound", "not_found_error: Not found", 1],
    ["405", { status: 405 }, "badAnswer", "does not allow this method (405)", 1],
    [
      "406",
      { status: 406, json: { token: "invalid_uri", message: "Bad href" } },
      "invalid",
      "invalid_uri: Bad href",
      1,
    ],
    ["429", { status: 429 }, "rateLimited", "gets too many requests (429)", 4],
    ["500", { status: 500, text: "oops\u001b[31m\nred" }, "serverError", "failed (500): oops [31m red", 4],
    ["502 page", { status: 502, text: html }, "serverError", "failed (502): an HTML page", 4],
    [
      "redirect",
      { status: 302, headers: { location: "https://login.example.com" } },
      "badAnswer",
      "points somewhere else (302)",
      1,
    ],
    ["418", { status: 418 }, "badAnswer", "(418)", 1],
    ["login page", { text: html }, "badAnswer", "an HTML page instead of JSON", 1],
    ["half an answer", { text: '[{"href":"/orgs' }, "badAnswer", "stops or breaks after 15 characters", 4],
    ["refused connection", refused, "unreachable", "cannot be reached (ECONNREFUSED)", 4],
    ["unknown name", failedWith("ENOTFOUND"), "unreachable", "cannot be reached (ENOTFOUND)", 4],
    ["broken connection", failedWith("ECONNRESET"), "badAnswer", "broke off the connection (ECONNRESET)", 4],
    [
      "nameless failure",
      new TypeError("fetch failed"),
      "badAnswer",
      "broke off the connection (TypeError)",
      4,
    ],
    ["own certificate", failedWith("DEPTH_ZERO_SELF_SIGNED_CERT"), "unreachable", "does not trust", 1],
    ["expired certificate", failedWith("CERT_HAS_EXPIRED"), "unreachable", "does not trust", 1],
  ])("%s", async (_, answer, kind, says, wanted) => {
    const { fault, requests } = await faultAfter(answer);
    expect(fault.kind).toBe(kind);
    expect(fault.message).toContain(says);
    expect(fault.message).toMatch(/^The PCE pce\.example\.com:8443 .*, asked to GET \/orgs\/3\/labels$/);
    expect(fault.fix).not.toBe("");
    expect(requests).toBe(wanted);
  });

  it("says how to trust a private authority, and how to look at the DNS", async () => {
    expect((await faultAfter(failedWith("SELF_SIGNED_CERT_IN_CHAIN"))).fault.fix).toContain(
      "NODE_EXTRA_CA_CERTS",
    );
    expect((await faultAfter(failedWith("ENOTFOUND"))).fault.fix).toContain("DNS");
  });
});

describe("secrets", () => {
  it.each([
    ["the secret", `debug: ${TEST_SECRET}`],
    ["the header", `authorization: Basic ${Buffer.from(`api_1a2b:${TEST_SECRET}`).toString("base64")}`],
  ])("never get into a message, not even when the PCE repeats %s", async (_, text) => {
    const { fault } = await faultAfter({ status: 500, text });
    expect(fault.message).toContain("[redacted]");
    expect(JSON.stringify([fault.message, fault.fix, fault.stack])).not.toContain(TEST_SECRET);
    expect(fault.message).not.toContain(Buffer.from(`api_1a2b:${TEST_SECRET}`).toString("base64"));
  });

  it.each(["1a2b", "api_1a2b"])("go out with one api_ when the user is %s", async (user) => {
    const pce = scriptedPce(() => ({ json: [] }));
    await scriptedClient(pce, { credentials: async () => ({ user, secret: "x" }) }).request(labels);
    const sent = pce.seen[0]?.headers.get("authorization")?.replace("Basic ", "") ?? "";
    expect(Buffer.from(sent, "base64").toString()).toBe("api_1a2b:x");
  });

  it("are asked for again once when they are refused, and used when they are new", async () => {
    const given = ["old", "new"];
    const pce = scriptedPce(inOrder({ status: 401 }, { json: [] }));
    const client = scriptedClient(pce, {
      credentials: async () => ({ user: "k", secret: given.shift() ?? "new" }),
    });
    expect((await client.request(labels)).json).toEqual([]);
    expect(pce.seen.map((request) => atob(request.headers.get("authorization")?.slice(6) ?? ""))).toEqual([
      "api_k:old",
      "api_k:new",
    ]);
  });

  it("are not tried twice when they are the same", async () => {
    expect((await faultAfter({ status: 401 })).requests).toBe(1);
  });

  it("are asked for anew after their provider failed", async () => {
    let asked = 0;
    const pce = scriptedPce(() => ({ json: [] }));
    const credentials = async () => {
      if (asked++ === 0) throw new PolicyFault("credentials", "no secret yet", "wait");
      return { user: "k", secret: "s" };
    };
    const client = scriptedClient(pce, { credentials });
    expect((await faultOf(client.request(labels))).message).toBe("no secret yet");
    expect((await client.request(labels)).status).toBe(200);
  });
});

describe("retries", () => {
  it.each<[string, PceRequest, ScriptedAnswer, number]>([
    ["GET after 503", labels, { status: 503 }, 4],
    ["PUT after 503", { method: "PUT", path: "labels/1", body: {} }, { status: 503 }, 4],
    ["DELETE after a cut", { method: "DELETE", path: "labels/1" }, refused, 4],
    ["POST after 503", provision, { status: 503 }, 1],
    ["POST after a cut", provision, refused, 1],
    ["POST after half an answer", provision, { text: "{" }, 1],
    ["POST after 429", provision, { status: 429 }, 4],
    ["GET after 406", labels, { status: 406 }, 1],
  ])("%s: %i requests", async (_, request, answer, wanted) => {
    expect((await faultAfter(answer, request)).requests).toBe(wanted);
  });

  it.each([
    [{ status: 429 }, [10_000, 20_000, 30_000]],
    [{ status: 429, headers: { "retry-after": "7" } }, [7_000, 7_000, 7_000]],
    [{ status: 429, headers: { "retry-after": "3600" } }, [60_000, 60_000, 60_000]],
    [{ status: 503, headers: { "retry-after": "Thu, 01 Jan 2026 00:00:05 GMT" } }, [5_000, 0, 0]],
    [{ status: 503, headers: { "retry-after": "soon" } }, [1_000, 2_000, 4_000]],
    [{ status: 500 }, [1_000, 2_000, 4_000]],
  ])("%j waits %j", async (answer, waits) => {
    expect((await faultAfter(answer)).waits).toEqual(waits);
  });

  it("end with the first success", async () => {
    const pce = scriptedPce(inOrder({ status: 500 }, { status: 429 }, { json: [1] }));
    expect((await scriptedClient(pce).request(labels)).json).toEqual([1]);
  });
});

describe("requests", () => {
  it("go to the organisation, or to an href in any spelling, and ask for JSON", async () => {
    const pce = scriptedPce(() => ({ json: [] }));
    const client = scriptedClient(pce);
    for (const path of [
      "labels?max_results=1",
      "/orgs/3/labels/1",
      "https://elsewhere:1/api/v2/orgs/3/jobs/9",
    ]) {
      await client.request({ method: "GET", path });
    }
    expect(pce.seen.map((request) => request.path)).toEqual([
      "/orgs/3/labels?max_results=1",
      "/orgs/3/labels/1",
      "/orgs/3/jobs/9",
    ]);
    expect(pce.seen[0]?.headers.get("accept")).toBe("application/json");
    expect(pce.seen[0]?.headers.get("content-type")).toBeNull();
  });

  it("give accepted error statuses as answers, and empty bodies as nothing", async () => {
    const client = scriptedClient(scriptedPce(inOrder({ status: 404, text: "<html>" }, { status: 204 })));
    expect(await client.request({ ...labels, accept: [404] })).toMatchObject({ status: 404, text: "<html>" });
    expect((await client.request({ method: "DELETE", path: "labels/1" })).json).toBeUndefined();
  });

  it("stay below the limit of the PCE", async () => {
    const clock = jumpingClock();
    const pce = scriptedPce(() => ({ json: [] }));
    const client = scriptedClient(pce, { clock, requestsPerMinute: 10 });
    await Promise.all(Array.from({ length: 25 }, () => client.request(labels)));
    expect(clock.waits).toEqual([60_000, 60_000]);
  });

  it("give up at the deadline of one exchange, and when the caller does", async () => {
    const server = createServer(() => undefined).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    const credentials = async () => ({ user: "k", secret: "s" });
    const client = createPceClient({ url, credentials, timeoutMs: 60, clock: jumpingClock() });
    const fault = await faultOf(client.request(labels));
    expect(fault).toMatchObject({ kind: "timedOut" });
    expect(fault.message).toContain("no answer within 60 ms");
    const stop = new Error("enough");
    const controller = new AbortController();
    const pending = client.request({ ...labels, timeoutMs: 5_000, signal: controller.signal });
    setTimeout(() => controller.abort(stop), 20);
    await expect(pending).rejects.toBe(stop);
    server.closeAllConnections();
    server.close();
  });
});
