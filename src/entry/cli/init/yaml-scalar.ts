import { stringify } from "yaml";

/** Words that mean the same in a flow list, in a map and alone. */
const PLAIN = /^[A-Za-z_][\w./=-]*(?: [\w./=-]+)*$/;

/** Text as a YAML scalar that may stand anywhere; quoted where it must be. */
export const scalar = (text: string): string =>
  PLAIN.test(text) ? stringify(text, { lineWidth: 0 }).trimEnd() : JSON.stringify(text);

/** Text for a comment, which ends with its line. */
export const oneLine = (text: string): string => text.replace(/\s+/g, " ");
