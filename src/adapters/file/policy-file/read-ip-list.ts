import { type Address, formatAddress, parseAddress } from "../../../core/net/address.ts";
import { cidrBlock, parseCidr, rangeOfBlock } from "../../../core/net/cidr.ts";
import type { IpList, IpRange } from "../../../core/policy/model.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { type FileReader, note, type Problem, readPart } from "./file-reader.ts";
import { IpListSchema } from "./policy-schema.ts";

/** Reads one entry of `ip_lists`. */
export function readIpList(reader: FileReader, name: string, raw: unknown): IpList | undefined {
  const path = ["ip_lists", name];
  const shape = readPart(reader, IpListSchema, raw, path);
  if (shape === undefined) return undefined;
  const [entries, at, fqdns] = Array.isArray(shape)
    ? [shape, path, []]
    : [shape.ranges, [...path, "ranges"], shape.fqdns];
  const ranges = entries.flatMap((entry, i) => {
    const [text, place] =
      typeof entry === "string" ? [entry, [...at, i]] : [entry.range, [...at, i, "range"]];
    const range = readRange(text);
    if (range.ok) return [range.value];
    note(reader, place, range.error);
    return [];
  });
  return { href: `${reader.root}/ip_lists/${name}`, name, ranges, fqdns };
}

/** Reads `10.0.0.0/8`, `10.0.0.4-10.0.0.9`, `10.0.0.4`, each with `!` before it when it is left out. */
export function readRange(text: string): Result<IpRange, Problem> {
  const exclusion = text.startsWith("!");
  const bare = (exclusion ? text.slice(1) : text).trim();
  const bounds = bare.includes("/") ? ofBlock(bare) : ofAddresses(bare);
  return bounds.ok ? ok({ ...bounds.value, exclusion }) : bounds;
}

type Bounds = Pick<IpRange, "from" | "to">;

function ofBlock(text: string): Result<Bounds, Problem> {
  const cidr = parseCidr(text);
  if (!cidr.ok) return err({ ...cidr.error, code: "POLICY_ADDRESS_INVALID" });
  const range = rangeOfBlock(cidrBlock(cidr.value));
  const [from, to]: readonly [Address, Address] =
    range.family === 4
      ? [
          { family: 4, value: range.lo },
          { family: 4, value: range.hi },
        ]
      : [
          { family: 6, value: range.lo },
          { family: 6, value: range.hi },
        ];
  return ok({ from: formatAddress(from), to: formatAddress(to) });
}

function ofAddresses(text: string): Result<Bounds, Problem> {
  const [from = "", to = from, ...rest] = text.split("-").map((part) => part.trim());
  const first = parseAddress(from);
  const last = parseAddress(to);
  const bad = first.ok ? last : first;
  if (!bad.ok) return err({ ...bad.error, code: "POLICY_ADDRESS_INVALID" });
  const ascending =
    first.ok && last.ok && first.value.family === last.value.family && first.value.value <= last.value.value;
  if (rest.length === 0 && ascending)
    return ok({ from: formatAddress(first.value), to: formatAddress(last.value) });
  return err({
    code: "POLICY_ADDRESS_INVALID",
    what: `"${text}" is no range`,
    why: "a range goes from a first address to a last one of the same family that does not lie before it",
    fix: `write the lower address first, as in "10.0.0.4-10.0.0.9"`,
  });
}
