/**
 * A short fingerprint of a text: 16 hex digits, equal for equal text on every machine. It tells two states of the
 * world apart; it is no protection against somebody who forges one.
 */
export function digest(text: string): string {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x9e3779b1);
    high = Math.imul(high ^ code, 0x5f356495);
  }
  low = mix(low, high);
  high = mix(high, low);
  return hex(high) + hex(low);
}

/** Spreads every input bit over the whole word. */
function mix(word: number, other: number): number {
  const first = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16) ^ Math.imul(other ^ (other >>> 15), 0x2c1b3c6d);
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");
