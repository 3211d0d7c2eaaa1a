import type { Context } from "hono";

/** Whether a request comes from a page of ours, or from no page at all: browsers name the origin of each POST. */
export function isOwnPage(c: Context, hosts: ReadonlySet<string>): boolean {
  const origin = c.req.header("origin");
  return origin === undefined || hosts.has(origin.replace(/^https?:\/\//, ""));
}
