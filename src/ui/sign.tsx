import { saying } from "../core/map/map-words.ts";
import { SIGN_SHAPES } from "../core/map/sign-shapes.ts";

/** The sign of a word of policy, drawn around the origin: shape and colour say the same. */
export function SignMark({ word }: { readonly word: string }) {
  const { path, hollow } = SIGN_SHAPES[saying(word).sign];
  return (
    <g class={`sign ${word}`}>
      <path d={path} class={hollow ? "hollow" : ""} />
    </g>
  );
}

/** The sign as a small picture beside text. */
export const Sign = ({ word }: { readonly word: string }) => (
  <svg class="sign-box" viewBox="-7 -7 14 14" aria-hidden="true">
    <SignMark word={word} />
  </svg>
);
