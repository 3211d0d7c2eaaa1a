/** How many bytes from its start {@link isSameText} may look at, however short the text. */
export const TEXT_WINDOW = 48;
const SHORT = 16;

/**
 * Whether the texts of `length` bytes at two places are equal, for texts of 4 to 48 bytes; false for all others.
 * Four overlapping words cover up to 16 bytes whatever the length, so there is no loop whose end must be guessed.
 */
export function isSameText(view: DataView, a: number, b: number, length: number): boolean {
  if (length < 4) return false;
  if (length > SHORT) return length <= TEXT_WINDOW && isSameLongText(view, a, b, length);
  const last = length - 4;
  const second = Math.min(4, last);
  const third = Math.min(8, last);
  return (
    (differs(view, a, b) |
      differs(view, a + second, b + second) |
      differs(view, a + third, b + third) |
      differs(view, a + last, b + last)) ===
    0
  );
}

function isSameLongText(view: DataView, a: number, b: number, length: number): boolean {
  const last = length - 4;
  for (let at = 0; at < last; at += 4) {
    if (differs(view, a + at, b + at) !== 0) return false;
  }
  return differs(view, a + last, b + last) === 0;
}

function differs(view: DataView, a: number, b: number): number {
  return view.getInt32(a, true) ^ view.getInt32(b, true);
}
