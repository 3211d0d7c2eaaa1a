import type { Overflow } from "../rule/fit-rules.ts";

/**
 * What it would cost to cover the addresses with as many rules as there is room for, or, where no cover with so few
 * exists, how many rules the smallest takes and what that one costs. A whole sentence without its stop.
 */
export function overflowText({ family, room, cover, granted }: Overflow): string {
  const price = priceText(cover.extra, granted);
  if (cover.rules <= room)
    return `To cover ${counted(granted, "address", "addresses")} with ${room} IPv${family} ${room === 1 ? "rule" : "rules"} would let in ${price}`;
  const few = `No ${room} IPv${family} ${room === 1 ? "rule covers" : "rules cover"} the addresses without letting in somebody known`;
  return `${few}; the fewest that could are ${grouped(BigInt(cover.rules))}, and would let in ${price}`;
}

function priceText(extra: bigint, granted: bigint): string {
  if (extra === 0n) return "nobody else";
  return `${counted(extra, "address", "addresses")} that policy does not grant: ${times(granted + extra, granted)} times as many as it does`;
}

/** One decimal below ten, whole numbers above, rounded down. */
function times(all: bigint, granted: bigint): string {
  const tenths = (all * 10n) / granted;
  return tenths >= 100n ? grouped(tenths / 10n) : `${tenths / 10n}.${tenths % 10n}`;
}

const counted = (n: bigint, one: string, many: string): string => `${grouped(n)} ${n === 1n ? one : many}`;
const grouped = (n: bigint): string => n.toString().replace(/\B(?=(\d{3})+$)/g, ",");
