import { describe, expect, it } from "vitest";
import type { MapData } from "../../core/map/map-data.ts";
import { mapExport } from "../../core/map/map-export.ts";
import { mapPageOf } from "../../core/map/map-page.ts";
import { firstState, stateFromFragment } from "../../core/map/map-state.ts";
import { mapApp } from "./map-app.ts";
import { singleFile, uiAssets } from "./ui-assets.ts";

const DATA: MapData = {
  version: 1,
  kind: "map",
  policy: { source: "file", version: "1" },
  draft: { name: "edited.yaml", version: "2" },
  observed: true,
  labelKeys: ["app", "role"],
  databases: ["orders", "ledger"].map((id) => ({
    id,
    arn: `arn:${id}`,
    kind: "instance",
    engine: "mysql",
    port: 3306,
    mode: "observe" as const,
    inSync: false,
    labels: { app: id, role: "database" },
    accountId: "1",
    region: "eu-west-1",
    reachable: { now: "9", nowUnknown: false, planned: "2" },
    quota: { used: 1, limit: 60 },
    drift: [],
    steps: [],
    refused: [],
    losesAccess: [],
    findings: [],
  })),
  workloads: [{ name: "wéb & <1>", labels: { app: "odd,key=&", role: "web" } }],
  consumers: [{ address: "10.0.0.1", workload: 0 }, { address: "10.0.0.2" }],
  links: {
    consumer: [0, 1, 0],
    database: [0, 0, 1],
    port: [3306, 3306, 3306],
    accepted: [5, 0, 0],
    rejected: [0, 2, 0],
    first: [100, 200, 0],
    last: [150, 250, 0],
    reported: [0, 1, 0],
    draft: [1, 1, 0],
  },
  notes: [],
};

const app = (token?: string) =>
  mapApp({
    assets: { script: "1", style: "b{}" },
    data: async (draft) => (draft === undefined || draft === "known" ? DATA : undefined),
    explain: async (source) => (source === "10.0.0.1" ? '{"verdict":"allowed"}' : undefined),
    suggestions: {
      assets: async () => ({ script: "2", style: "c{}" }),
      document: async () => '{"kind":"suggestions"}',
      tryOut: async (choice) =>
        choice === "bad"
          ? { ok: false, problems: [{ what: "There is no such rule", fix: "Load the page again" }] }
          : { ok: true, value: "draft1" },
      policyText: async () => ({ ok: true, value: "version: 1\n" }),
    },
    hosts: new Set(["127.0.0.1:8080"]),
    ...(token === undefined ? {} : { token }),
  });
const get = (path: string, headers: Record<string, string> = {}, token?: string) =>
  app(token).request(path, { headers: { host: "127.0.0.1:8080", ...headers } });

describe("mapApp", () => {
  it.each([
    { path: "/", status: 200 },
    { path: "/app.js", status: 200 },
    { path: "/api/view", status: 200 },
    { path: "/api/view?draft=known", status: 200 },
    { path: "/api/view?draft=forgotten", status: 410 },
    { path: `/api/view?open=${"c%253Ag%253Aapp%253D".repeat(3_000)}`, status: 200 },
    { path: "/api/database?arn=arn%3Aorders", status: 200 },
    { path: "/api/database?arn=arn%3Anone", status: 404 },
    { path: "/api/export?format=csv", status: 200 },
    { path: "/api/export?format=constructor", status: 404 },
    { path: "/api/map", status: 404 },
    { path: "/api/explain?source=10.0.0.1&database=orders", status: 200 },
    { path: "/api/explain?source=nobody&database=orders", status: 404 },
    { path: "/suggestions", status: 200 },
    { path: "/review.js", status: 200 },
    { path: "/review.css", status: 200 },
    { path: "/api/suggestions", status: 200 },
    { path: "/api/suggestions/try", status: 404 },
    { path: "/suggestions/..%2f..%2fetc%2fpasswd", status: 404 },
    { path: "/..%2f..%2fetc%2fpasswd", status: 404 },
    { path: "/app.js/../../package.json", status: 404 },
  ])("$path -> $status", async ({ path, status }) => {
    expect((await get(path)).status).toBe(status);
  });

  it.each([
    "",
    "view=reported&consumers=&databases=",
    "search=w%C3%A9b%20%26%20%3C&says=loses",
    `open=${encodeURIComponent(encodeURIComponent("c:g:app=odd,key=&:role=web"))}`,
    "happened=never&from=1&to=200",
  ])("shows for the permalink '%s' the picture that a saved page draws by itself", async (query) => {
    const answer = await get(`/api/view?${query}`);
    const drawn = mapPageOf(DATA, query);
    expect(await answer.json()).toEqual(JSON.parse(JSON.stringify(drawn)));
    expect(drawn.map.links.length).toBeGreaterThan(0);
    const saved = await (await get(`/api/export?format=csv&${query}`)).text();
    expect(saved).toBe(mapExport(DATA, stateFromFragment(query, firstState(DATA)), "csv"));
  });

  it("answers no foreign host name, so that no other page can read it through a name of its own", async () => {
    expect((await get("/api/view", { host: "attacker.example:8080" })).status).toBe(421);
  });

  it("asks for the token where it has one, and then knows the browser by its cookie", async () => {
    expect((await get("/api/view", {}, "secret")).status).toBe(401);
    expect((await get("/api/view?token=wrong1", {}, "secret")).status).toBe(401);
    const letIn = await get("/?token=secret", {}, "secret");
    expect(letIn.headers.get("set-cookie")).toContain("HttpOnly; SameSite=Strict");
    expect((await get("/api/view", { cookie: "moat=secret" }, "secret")).status).toBe(200);
  });

  it("lets no script run but its own, and asks nobody else for anything", async () => {
    const page = await get("/");
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(await page.text()).not.toMatch(/https?:|<script>|onload=/);
  });

  it.each([
    { name: "a choice", path: "try", body: "{}", status: 200, text: '{"draft":"draft1"}' },
    { name: "a choice for its text", path: "policy", body: "{}", status: 200, text: "version: 1\n" },
    { name: "what is wrong", path: "try", body: "bad", status: 422, text: "There is no such rule" },
    {
      name: "another page",
      path: "try",
      body: "{}",
      origin: "http://attacker.example",
      status: 403,
      text: "page",
    },
    {
      name: "another page",
      path: "policy",
      body: "{}",
      origin: "http://attacker.example",
      status: 403,
      text: "page",
    },
    { name: "a form", path: "try", body: "{}", type: "text/plain", status: 415, text: "application/json" },
    { name: "too much", path: "try", body: "x".repeat(4 * 1024 * 1024 + 1), status: 413, text: "large" },
  ])("answers $name of suggestions with $status", async ({ path, body, origin, type, status, text }) => {
    const answer = await app().request(`/api/suggestions/${path}`, {
      method: "POST",
      body,
      headers: {
        host: "127.0.0.1:8080",
        "content-type": type ?? "application/json",
        ...(origin === undefined ? {} : { origin }),
      },
    });
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(text)]);
  });

  it("asks for the token before it says what is suggested, too", async () => {
    expect((await get("/api/suggestions", {}, "secret")).status).toBe(401);
    expect((await get("/suggestions", { host: "attacker.example:8080" })).status).toBe(421);
  });

  it("changes nothing: no other method is answered", async () => {
    const answer = await app().request("/api/view", { method: "POST", headers: { host: "127.0.0.1:8080" } });
    expect(answer.status).toBe(404);
  });
});

describe("the page", () => {
  it("weighs at most 300 kB before compression, and hostile data ends no script", async () => {
    const assets = await uiAssets();
    const page = singleFile(assets, JSON.stringify({ name: "</script><script>alert(1)</script>" }));
    expect(assets.script.length).toBeGreaterThan(10_000);
    expect(page.length).toBeLessThan(300_000);
    expect(page).not.toContain("<script>alert");
  });
});
