import type { VersionedText, VersionedTexts } from "../../ports/versioned-text.ts";
import { textInMemory } from "./text-in-memory.ts";

/** Texts that live as long as the process. */
export function textsInMemory(now: () => number): VersionedTexts {
  const texts = new Map<string, { readonly text: VersionedText; writtenAt: number | undefined }>();
  const entryOf = (id: string) => {
    const entry = texts.get(id) ?? { text: textInMemory(), writtenAt: undefined };
    texts.set(id, entry);
    return entry;
  };
  return {
    name: "memory",
    list: async () =>
      [...texts]
        .flatMap(([id, { writtenAt }]) => (writtenAt === undefined ? [] : [{ id, writtenAt }]))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    of: (id) => ({
      read: () => entryOf(id).text.read(),
      write: async (text, over) => {
        const entry = entryOf(id);
        const wrote = await entry.text.write(text, over);
        if (wrote) entry.writtenAt = now();
        return wrote;
      },
    }),
    remove: async (id) => void texts.delete(id),
  };
}
