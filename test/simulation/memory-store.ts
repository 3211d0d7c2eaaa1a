import type { HistoryStore } from "../../src/adapters/history/history-store.ts";

/** A store in memory that keeps its promises: whole files, and one winner of several. */
export function memoryStore(): HistoryStore {
  const files = new Map<string, { readonly bytes: Uint8Array; readonly modified: number }>();
  const put = (path: string, bytes: Uint8Array): void =>
    void files.set(path, { bytes, modified: Date.now() });
  return {
    name: "memory",
    list: async (prefix, after = "") =>
      [...files]
        .filter(([path]) => path.startsWith(prefix) && path > after)
        .map(([path, { bytes, modified }]) => ({ path, size: bytes.length, modified }))
        .sort((a, b) => (a.path < b.path ? -1 : 1)),
    folders: async (below) => {
      const under = [...files.keys()].filter((path) => path.startsWith(below));
      const names = under.map((path) => path.slice(0, path.indexOf("/", below.length) + 1));
      return [...new Set(names.filter((name) => name !== ""))].sort();
    },
    read: async (path) => files.get(path)?.bytes,
    readPart: async (path, start, end) => files.get(path)?.bytes.slice(start, end),
    put: async (path, bytes) => put(path, bytes),
    putNew: async (path, bytes) => {
      if (files.has(path)) return false;
      put(path, bytes);
      return true;
    },
    remove: async (path) => void files.delete(path),
  };
}
