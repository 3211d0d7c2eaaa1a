import { isHtml } from "./error-body.ts";
import { AnyObject } from "./parse/shape.ts";
import type { PceClient } from "./pce-client.ts";
import { type CollectionRead, readCollection } from "./read-collection.ts";

/**
 * Adds `deny_rules` to each rule set that came without them, from the rule set's own collection. PCEs older than deny
 * rules have neither the field nor the route.
 */
export async function withDenyRules(
  client: PceClient,
  ruleSets: CollectionRead,
  signal?: AbortSignal,
): Promise<CollectionRead> {
  const rows: unknown[] = [];
  let cutShort = ruleSets.cutShort;
  let routeExists = true;
  for (const json of ruleSets.rows) {
    const href = hrefWithoutDenyRules(json);
    if (href === undefined || !routeExists) {
      rows.push(json);
      continue;
    }
    const read = await readDenyRules(client, href, signal);
    routeExists = read !== "noRoute";
    if (read === "noRoute") {
      rows.push(json);
      continue;
    }
    cutShort ??= read.cutShort;
    rows.push({ ...AnyObject.parse(json), deny_rules: read.rows });
  }
  return cutShort === undefined ? { rows } : { rows, cutShort };
}

function hrefWithoutDenyRules(json: unknown): string | undefined {
  const object = AnyObject.safeParse(json);
  if (!object.success || object.data.deny_rules !== undefined) return undefined;
  return typeof object.data.href === "string" ? object.data.href : undefined;
}

/** A JSON 404 is a rule set without the collection, a 404 page is a PCE that does not know deny rules at all. */
async function readDenyRules(
  client: PceClient,
  href: string,
  signal: AbortSignal | undefined,
): Promise<CollectionRead | "noRoute"> {
  const path = `${href}/deny_rules`;
  const probe = await client.request({
    method: "GET",
    path: `${path}?max_results=1`,
    accept: [404],
    ...(signal === undefined ? {} : { signal }),
  });
  if (probe.status !== 404) return readCollection(client, path, signal);
  return isHtml(probe.text) ? "noRoute" : { rows: [] };
}
