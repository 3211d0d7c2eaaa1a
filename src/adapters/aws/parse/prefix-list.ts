import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { PrefixList } from "../../../core/inventory/model.ts";
import { type Cidr, canonicalCidr } from "../../../core/net/cidr.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { optional, readShape, unreadable } from "./shape.ts";

const Schema = z.object({
  PrefixListId: z.string().min(1),
  PrefixListName: optional(z.string()),
  OwnerId: optional(z.string()),
  AddressFamily: z.enum(["IPv4", "IPv6"]),
  MaxEntries: optional(z.int().min(0)),
});
const Entry = z.object({ Cidr: z.string() });

/** Reads one entry of `PrefixLists`, without its CIDR blocks. */
export function readPrefixList(json: unknown, at: string): Result<PrefixList, Diagnostic> {
  const read = readShape(Schema, json, at);
  if (!read.ok) return read;
  const shape = read.value;
  return ok({
    prefixListId: shape.PrefixListId,
    prefixListName: shape.PrefixListName ?? "",
    ownerId: shape.OwnerId ?? "",
    family: shape.AddressFamily === "IPv4" ? 4 : 6,
    ...(shape.MaxEntries === undefined ? {} : { maxEntries: shape.MaxEntries }),
  });
}

/** Reads one entry of `Entries` of GetManagedPrefixListEntries. */
export function readPrefixListEntry(json: unknown, at: string): Result<Cidr, Diagnostic> {
  const read = readShape(Entry, json, at);
  if (!read.ok) return read;
  const cidr = canonicalCidr(read.value.Cidr);
  return cidr.ok ? cidr : err(unreadable(json, at, cidr.error.what));
}
