/** A count with its noun: `1 rule`, `2 rules`. */
export function counted(n: number | bigint, noun: string, plural = `${noun}s`): string {
  return `${grouped(n)} ${n === 1 || n === 1n ? noun : plural}`;
}

/** Digits in groups of three. */
export const grouped = (n: number | bigint): string => n.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ",");

const WHOLE_V4 = 2n ** 32n;

/** How many addresses, in words where a number would say less. */
export function addressCount(n: bigint): string {
  if (n === 0n) return "nobody";
  if (n === WHOLE_V4) return "every IPv4 address";
  if (n > 10n ** 12n) return "over a trillion addresses";
  return counted(n, "address", "addresses");
}

/** `2026-11-20 10:00` from RFC 3339; always UTC. */
export const shortTime = (text: string): string => text.slice(0, 16).replace("T", " ");

/** Labels as people write them: `role=web app=orders`. */
export const labelText = (labels: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(labels)
    .map(([key, values]) => `${key}=${values.join("|")}`)
    .join(" ");

/** A number of addresses for a narrow column. */
export function addressTally(n: bigint): string {
  if (n === WHOLE_V4) return "all IPv4";
  return n > 10n ** 12n ? "trillions" : grouped(n);
}
