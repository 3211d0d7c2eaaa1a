import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import { type Address, formatAddress, parseAddress } from "../../../core/net/address.ts";
import { canonicalCidr, cidrBlock, rangeOfBlock } from "../../../core/net/cidr.ts";
import type { IpRange } from "../../../core/policy/model.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { OptionalFlag, OptionalText, readShape, unreadableProblem } from "./shape.ts";

const PceIpRange = z.object({
  from_ip: z.string().min(1),
  to_ip: OptionalText,
  exclusion: OptionalFlag,
});

const PREFIX_LENGTH = /^\d{1,3}$/;
const FIX = "correct the range in the IP list: an address, a CIDR block, or a first and a last address";

interface Bounds {
  readonly from: string;
  readonly to: string;
}

/**
 * Reads one entry of an IP list's `ip_ranges`: an address, a CIDR block, or a first and a last address. Host bits of
 * a block are cleared, as the PCE does itself.
 */
export function parseIpRange(json: unknown, path: string): Result<IpRange, Diagnostic> {
  const read = readShape(PceIpRange, json, path);
  if (!read.ok) return read;
  const { from_ip, to_ip, exclusion } = read.value;
  const bounds = readBounds(from_ip, to_ip);
  if (!bounds.ok) return err(unreadableProblem(path, json, bounds.error, FIX));
  return ok({ ...bounds.value, exclusion });
}

function readBounds(from: string, to: string | undefined): Result<Bounds, string> {
  if (to === undefined) return blockBounds(from);
  // Very old lists hold the prefix length in `to_ip`.
  if (PREFIX_LENGTH.test(to)) return blockBounds(`${from}/${to}`);
  const first = parseAddress(from);
  if (!first.ok) return err(`${first.error.what}, and a range needs a first address`);
  const last = parseAddress(to);
  if (!last.ok) return err(`${last.error.what}, and a range needs a last address`);
  if (!isAscending(first.value, last.value)) return err("the last address does not follow the first");
  return ok({ from: formatAddress(first.value), to: formatAddress(last.value) });
}

function blockBounds(text: string): Result<Bounds, string> {
  const cidr = canonicalCidr(text);
  if (!cidr.ok) return err(cidr.error.what);
  const range = rangeOfBlock(cidrBlock(cidr.value));
  return range.family === 4
    ? ok({
        from: formatAddress({ family: 4, value: range.lo }),
        to: formatAddress({ family: 4, value: range.hi }),
      })
    : ok({
        from: formatAddress({ family: 6, value: range.lo }),
        to: formatAddress({ family: 6, value: range.hi }),
      });
}

function isAscending(first: Address, last: Address): boolean {
  return first.family === last.family && first.value <= last.value;
}
