import type { DatabaseDetails } from "../core/map/database-details.ts";
import type { MapExport } from "../core/map/map-export.ts";
import type { MapPage } from "../core/map/map-page.ts";

/** Where the page gets what it shows. Queries are those of `pageQuery`. */
export interface MapSource {
  readonly view: (query: string) => MapPage | Promise<MapPage>;
  readonly database: (arn: string) => DatabaseDetails | undefined | Promise<DatabaseDetails | undefined>;
  /**
   * What `moat explain --json` says of a consumer and a database; `undefined` for somebody nobody knows. Absent where no
   * server can be asked.
   */
  readonly explain?: (source: string, database: string) => Promise<unknown>;
  /** The text of a file to take along. */
  readonly saved: (query: string, format: MapExport) => string | Promise<string>;
}

/** Pages that are kept: the way back from an action is then as short as it can be. */
const MOST_KEPT = 24;

/** The same source, which keeps the pages that were asked for last. Only for one whose data do not change. */
export function keeping(source: MapSource): MapSource {
  const kept = new Map<string, MapPage>();
  const keep = (query: string, page: MapPage): MapPage => {
    kept.delete(query);
    kept.set(query, page);
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return page;
  };
  const view = (query: string): MapPage | Promise<MapPage> => {
    const page = kept.get(query) ?? source.view(query);
    return page instanceof Promise ? page.then((found) => keep(query, found)) : keep(query, page);
  };
  return { ...source, view };
}
