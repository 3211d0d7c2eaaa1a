import { saying } from "../core/map/map-words.ts";

const SHAPES = {
  circle: <circle r="5" />,
  ring: <circle r="4" class="hollow" />,
  square: <rect x="-4.500" y="-4.500" width="9" height="9" />,
  triangle: <path d="M0-5.500 5.500 4.500H-5.500z" />,
  cross: <path d="M-4-4 4 4M4-4-4 4" class="hollow" />,
  plus: <path d="M0-5V5M-5 0H5" class="hollow" />,
} as const;

/** The sign of a word of policy, drawn around the origin: shape and colour say the same. */
export const SignMark = ({ word }: { readonly word: string }) => (
  <g class={`sign ${word}`}>{SHAPES[saying(word).sign]}</g>
);

/** The sign as a small picture beside text. */
export const Sign = ({ word }: { readonly word: string }) => (
  <svg class="sign-box" viewBox="-7 -7 14 14" aria-hidden="true">
    <SignMark word={word} />
  </svg>
);
