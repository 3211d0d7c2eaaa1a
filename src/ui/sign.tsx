import { saying } from "../core/map/map-words.ts";
import { SIGN_SHAPES } from "../core/map/sign-shapes.ts";

/** The sign of a word of policy, drawn around a point: shape and colour say the same. */
export function SignMark({
  word,
  x = 0,
  y = 0,
}: {
  readonly word: string;
  readonly x?: number;
  readonly y?: number;
}) {
  const { path, hollow } = SIGN_SHAPES[saying(word).sign];
  return (
    <path class={`sign ${word}${hollow ? " hollow" : ""}`} d={path} transform={`translate(${x} ${y})`} />
  );
}

/** The sign as a small picture beside text. */
export const Sign = ({ word }: { readonly word: string }) => (
  <svg class="sign-box" viewBox="-7 -7 14 14" aria-hidden="true">
    <SignMark word={word} />
  </svg>
);
