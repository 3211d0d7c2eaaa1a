import { z } from "zod";
import type { Href } from "../../../core/policy/model.ts";

const VERSION_SEGMENT = /\/sec_policy\/(?:draft|\d+)\//;
const API_PREFIX = /^(?:https?:\/\/[^/]+)?\/api\/v\d+(?=\/)/;

/** The path of an href or URL of the PCE below the API's root: no host, no `/api/v2`. */
export function hrefPath(text: string): string {
  return text.startsWith("/orgs/") ? text : text.replace(API_PREFIX, "");
}

/**
 * The canonical spelling of an href: its path, with `active` as the version of a versioned object, because
 * `/orgs/1/sec_policy/draft/services/7` and its active twin are the same object. The id stays text: it may have 17
 * digits, more than a number holds.
 */
export function canonicalHref(text: string): Href {
  const path = hrefPath(text);
  return path.includes("/sec_policy/") ? path.replace(VERSION_SEGMENT, "/sec_policy/active/") : path;
}

/** Schema of an href as the PCE prints it; not yet canonical. */
export const HrefText = z.string().min(1);

/** Schema of a reference: an object with an href, and often a name or more beside it that we do not trust. */
export const Reference = z.object({ href: HrefText });
