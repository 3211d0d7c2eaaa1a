import { timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import { SERVED_PAGE, type UiAssets } from "./ui-assets.ts";

/** What the map's server answers from. All of it only reads. */
export interface MapApp {
  readonly assets: UiAssets;
  /** The data of the map as JSON; asked anew for every load. */
  readonly data: () => Promise<string>;
  /** The explanation of one consumer and one database as JSON; `undefined` when they make no sense. */
  readonly explain: (source: string, database: string) => Promise<string | undefined>;
  /** Values of the Host header that are answered: another means that a foreign page looks at us by its own name. */
  readonly hosts: ReadonlySet<string>;
  /** Asked for when the server can be reached from other machines. */
  readonly token?: string;
}

const SECURITY: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

/** The map's server as a function of requests. There is no path that names a file, so none can lead out. */
export function mapApp({ assets, data, explain, hosts, token }: MapApp): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    if (!hosts.has(c.req.header("host") ?? ""))
      return c.text("This host name is not served here", 421, SECURITY);
    if (token !== undefined && !isToken(token, c.req.query("token") ?? cookieToken(c.req.header("cookie")))) {
      return c.text("Open the address with the token that moat map printed", 401, SECURITY);
    }
    await next();
    for (const [name, value] of Object.entries(SECURITY)) c.header(name, value);
    if (token !== undefined) c.header("set-cookie", `moat=${token}; HttpOnly; SameSite=Strict; Path=/`);
    return undefined;
  });
  app.get("/", (c) => c.html(SERVED_PAGE));
  app.get("/app.js", (c) => c.body(assets.script, 200, { "content-type": "text/javascript; charset=utf-8" }));
  app.get("/app.css", (c) => c.body(assets.style, 200, { "content-type": "text/css; charset=utf-8" }));
  app.get("/api/map", async (c) => c.body(await data(), 200, { "content-type": "application/json" }));
  app.get("/api/explain", async (c) => {
    const found = await explain(c.req.query("source") ?? "", c.req.query("database") ?? "");
    if (found === undefined) return c.json({ error: "no such consumer or database" }, 404);
    return c.body(found, 200, { "content-type": "application/json" });
  });
  return app;
}

const cookieToken = (cookie: string | undefined): string =>
  /(?:^|;\s*)moat=([^;]+)/.exec(cookie ?? "")?.[1] ?? "";

function isToken(token: string, given: string): boolean {
  const [a, b] = [Buffer.from(token), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
