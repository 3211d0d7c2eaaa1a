import type { VersionedText } from "../../ports/versioned-text.ts";

/** A text that lives as long as the process. */
export function textInMemory(): VersionedText {
  let text: string | undefined;
  let writes = 0;
  return {
    read: async () => (text === undefined ? undefined : { text, version: String(writes) }),
    write: async (next, over) => {
      if (over !== (text === undefined ? undefined : String(writes))) return false;
      text = next;
      writes += 1;
      return true;
    },
  };
}
