import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { IpList, IpRange, Unreadable } from "../../../core/policy/model.ts";
import { ok, type Result } from "../../../core/result.ts";
import { canonicalHref, HrefText } from "./href.ts";
import { parseIpRange } from "./ip-range.ts";
import { AnyObject, OptionalList, OptionalText, readShape } from "./shape.ts";
import { isDraftDeletion, UpdateType } from "./update-type.ts";

const PceIpList = z.object({
  href: HrefText,
  name: OptionalText,
  ip_ranges: OptionalList,
  fqdns: OptionalList,
  update_type: UpdateType,
});

const PceFqdn = z.object({ fqdn: z.string().min(1) });

/** Reads one IP list. A range that cannot be read drops only itself, unless it may be an exclusion. */
export function parseIpList(json: unknown, path: string): Result<IpList | undefined, Diagnostic> {
  const read = readShape(PceIpList, json, path);
  if (!read.ok) return read;
  const list = read.value;
  if (isDraftDeletion(list)) return ok(undefined);
  return ok({
    href: canonicalHref(list.href),
    name: list.name ?? canonicalHref(list.href),
    ranges: parseRanges(list.ip_ranges, `${path}.ip_ranges`),
    fqdns: list.fqdns.flatMap(fqdnOf),
  });
}

/**
 * Ranges of a list. Without an exclusion that cannot be read the list would cover more than its author
 * meant, so such a one takes the place of all ranges.
 */
function parseRanges(list: readonly unknown[], path: string): readonly (IpRange | Unreadable)[] {
  const ranges: (IpRange | Unreadable)[] = [];
  for (const [index, json] of list.entries()) {
    const range = parseIpRange(json, `${path}[${index}]`);
    if (range.ok) {
      ranges.push(range.value);
      continue;
    }
    const unreadable: Unreadable = { kind: "unreadable", problem: range.error };
    if (mayExclude(json)) return [unreadable];
    ranges.push(unreadable);
  }
  return ranges;
}

function mayExclude(json: unknown): boolean {
  const object = AnyObject.safeParse(json);
  if (!object.success) return true;
  const exclusion = object.data.exclusion ?? false;
  return exclusion !== false;
}

/** FQDNs give a security group no address; they are kept to say so. */
function fqdnOf(json: unknown): readonly string[] {
  const parsed = PceFqdn.safeParse(json);
  return parsed.success ? [parsed.data.fqdn] : [];
}
