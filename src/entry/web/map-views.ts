import type { Hono } from "hono";
import { databaseDetails } from "../../core/map/database-details.ts";
import type { MapData } from "../../core/map/map-data.ts";
import { EXPORTS, type MapExport, mapExport } from "../../core/map/map-export.ts";
import { mapPageOf } from "../../core/map/map-page.ts";
import { firstState, stateFromFragment } from "../../core/map/map-state.ts";

/**
 * Adds up here what the page shows, so that it gets a picture and not the flows: a view, what is known of one database,
 * and files to take along. The query of a view is a permalink's fragment; `draft` names a draft beside it.
 */
export function addViews(app: Hono, data: (draft?: string) => Promise<MapData | undefined>): void {
  app.get("/api/view", async (c) => {
    const found = await data(c.req.query("draft"));
    return found === undefined ? c.text(FORGOTTEN, 410) : c.json(mapPageOf(found, queryOf(c.req.url)));
  });
  app.get("/api/database", async (c) => {
    const found = await data(c.req.query("draft"));
    const details = found === undefined ? undefined : databaseDetails(found, c.req.query("arn") ?? "");
    return details === undefined ? c.text("The map has no such database", 404) : c.json(details);
  });
  app.get("/api/export", async (c) => {
    const format = c.req.query("format") ?? "";
    if (!isExport(format)) return c.text(`There are ${Object.keys(EXPORTS).join(", ")}`, 404);
    const found = await data(c.req.query("draft"));
    if (found === undefined) return c.text(FORGOTTEN, 410);
    const text = mapExport(found, stateFromFragment(queryOf(c.req.url), firstState(found)), format);
    return c.body(text, 200, { "content-type": `${EXPORTS[format]}; charset=utf-8` });
  });
}

const FORGOTTEN = "This draft is not known any more; try it again";

const isExport = (format: string): format is MapExport => Object.hasOwn(EXPORTS, format);

/** As it was sent: a fragment escapes its lists twice. */
const queryOf = (url: string): string => url.slice(url.indexOf("?") + 1 || url.length);
