import { timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { streamSSE } from "hono/streaming";
import type { Diagnostic } from "../../core/diagnostic.ts";
import type { MapData } from "../../core/map/map-data.ts";
import type { Policy } from "../../core/policy/model.ts";
import { isOwnPage } from "./is-own-page.ts";
import type { MapFeed } from "./map-feed.ts";
import { addViews } from "./map-views.ts";
import { addSuggestions, type SuggestionAnswers } from "./suggestion-views.ts";
import { SERVED_PAGE, type UiAssets } from "./ui-assets.ts";

/** What the map's server answers from. All of it only reads. */
export interface MapApp {
  readonly assets: UiAssets;
  /** What views are made from, which may change from one to the next; beside a draft that was judged. `undefined`: it is not known any more. */
  readonly data: (draft?: string) => Promise<MapData | undefined>;
  /** The explanation of one consumer and one database as JSON, beside a draft; `undefined` when they make no sense. */
  readonly explain: (source: string, database: string, draft?: string) => Promise<string | undefined>;
  /** Judges an edited policy, or the PCE's own draft; nothing is written. Absent where there is no server to ask. */
  readonly whatIf?: (draft: WhatIf) => Promise<WhatIfAnswer>;
  /** Rules that would cover the traffic. */
  readonly suggestions?: SuggestionAnswers;
  /** Absent where nothing new can come. */
  readonly feed?: MapFeed;
  /** Values of the Host header that are answered: another means that a foreign page looks at us by its own name. */
  readonly hosts: ReadonlySet<string>;
  /** Asked for when the server can be reached from other machines. */
  readonly token?: string;
}

/** A draft that the page asks about: the text of a policy file, a policy made here, or what is pending in the PCE. */
export type WhatIf =
  | { readonly kind: "file"; readonly name: string; readonly text: string }
  | { readonly kind: "policy"; readonly name: string; readonly policy: Policy }
  | { readonly kind: "pce" };

/** The name by which the map is asked for with the draft beside it, or what is wrong with the draft. */
export type WhatIfAnswer =
  | { readonly ok: true; readonly draft: string }
  | { readonly ok: false; readonly problems: readonly Pick<Diagnostic, "what" | "fix" | "at">[] };

/** Bytes of a policy file: some thousand times what a person writes. */
const LARGEST_POLICY = 4 * 1024 * 1024;

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
export function mapApp({ assets, data, explain, whatIf, suggestions, feed, hosts, token }: MapApp): Hono {
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
  addViews(app, data);
  app.get("/api/explain", async (c) => {
    const found = await explain(
      c.req.query("source") ?? "",
      c.req.query("database") ?? "",
      c.req.query("draft"),
    );
    if (found === undefined) return c.json({ error: "no such consumer or database" }, 404);
    return c.body(found, 200, { "content-type": "application/json" });
  });
  if (whatIf !== undefined) addWhatIf(app, whatIf, hosts);
  if (suggestions !== undefined) addSuggestions(app, suggestions, hosts);
  if (feed !== undefined) addFeed(app, feed);
  return app;
}

/**
 * Takes a draft and answers with a picture; nothing is written. A foreign page could make a browser send one too, so
 * the type of the body is one that browsers ask leave for, and the origin has to be ours.
 */
function addWhatIf(app: Hono, whatIf: NonNullable<MapApp["whatIf"]>, hosts: ReadonlySet<string>): void {
  const limit = bodyLimit({ maxSize: LARGEST_POLICY, onError: (c) => c.text("The file is too large", 413) });
  app.post("/api/what-if", limit, async (c) => {
    if (!isOwnPage(c, hosts)) return c.text("Another page asks for this", 403);
    if (c.req.header("content-type") !== "application/yaml")
      return c.text("A policy file is application/yaml", 415);
    const of = c.req.query("of");
    const answer = await whatIf(
      of === "pce"
        ? { kind: "pce" }
        : { kind: "file", name: c.req.query("name") ?? "policy.yaml", text: await c.req.text() },
    );
    if (!answer.ok) return c.json({ problems: answer.problems }, 422);
    return c.json({ draft: answer.draft });
  });
}

/** Server-sent events, for as long as the page listens. */
function addFeed(app: Hono, feed: MapFeed): void {
  app.get("/api/events", (c) =>
    streamSSE(
      c,
      (stream) =>
        new Promise<void>((resolve) => {
          const stop = feed.follow((event) => {
            void stream.writeSSE({ event: event.kind, data: event.kind === "problem" ? event.what : "" });
          });
          stream.onAbort(() => {
            stop();
            resolve();
          });
          void stream.writeSSE({ event: "following", data: "" });
        }),
    ),
  );
}

const cookieToken = (cookie: string | undefined): string =>
  /(?:^|;\s*)moat=([^;]+)/.exec(cookie ?? "")?.[1] ?? "";

function isToken(token: string, given: string): boolean {
  const [a, b] = [Buffer.from(token), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
