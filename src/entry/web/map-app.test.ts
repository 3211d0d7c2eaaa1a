import { describe, expect, it } from "vitest";
import { mapApp } from "./map-app.ts";
import { singleFile, uiAssets } from "./ui-assets.ts";

const app = (token?: string) =>
  mapApp({
    assets: { script: "1", style: "b{}" },
    data: async () => "{}",
    explain: async (source) => (source === "10.0.0.1" ? '{"verdict":"allowed"}' : undefined),
    hosts: new Set(["127.0.0.1:8080"]),
    ...(token === undefined ? {} : { token }),
  });
const get = (path: string, headers: Record<string, string> = {}, token?: string) =>
  app(token).request(path, { headers: { host: "127.0.0.1:8080", ...headers } });

describe("mapApp", () => {
  it.each([
    { path: "/", status: 200 },
    { path: "/app.js", status: 200 },
    { path: "/api/map", status: 200 },
    { path: "/api/explain?source=10.0.0.1&database=orders", status: 200 },
    { path: "/api/explain?source=nobody&database=orders", status: 404 },
    { path: "/..%2f..%2fetc%2fpasswd", status: 404 },
    { path: "/app.js/../../package.json", status: 404 },
  ])("$path -> $status", async ({ path, status }) => {
    expect((await get(path)).status).toBe(status);
  });

  it("answers no foreign host name, so that no other page can read it through a name of its own", async () => {
    expect((await get("/api/map", { host: "attacker.example:8080" })).status).toBe(421);
  });

  it("asks for the token where it has one, and then knows the browser by its cookie", async () => {
    expect((await get("/api/map", {}, "secret")).status).toBe(401);
    expect((await get("/api/map?token=wrong1", {}, "secret")).status).toBe(401);
    const letIn = await get("/?token=secret", {}, "secret");
    expect(letIn.headers.get("set-cookie")).toContain("HttpOnly; SameSite=Strict");
    expect((await get("/api/map", { cookie: "moat=secret" }, "secret")).status).toBe(200);
  });

  it("lets no script run but its own, and asks nobody else for anything", async () => {
    const page = await get("/");
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(await page.text()).not.toMatch(/https?:|<script>|onload=/);
  });

  it("changes nothing: no other method is answered", async () => {
    const answer = await app().request("/api/map", { method: "POST", headers: { host: "127.0.0.1:8080" } });
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
