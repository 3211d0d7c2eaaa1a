import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { dayFile } from "./day-file.ts";
import type { HistoryFiles } from "./duckdb-history.ts";
import { folderStore } from "./folder-store.ts";
import type { HistoryStore, StoredFile } from "./history-store.ts";

/** The files of a history in a folder, where they lie. */
export function filesOfFolder(folder: string): HistoryFiles {
  const store = folderStore(folder);
  return {
    name: folder,
    list: async (days) => (await wanted(store, days)).map(({ path }) => join(folder, path)),
    close: async () => {},
  };
}

/** Objects that are fetched at once. */
const AT_ONCE = 16;

/** The files of a history elsewhere, fetched into a folder of this process when they are asked for. */
export function fetchedFiles(store: HistoryStore): HistoryFiles {
  let folder: Promise<string> | undefined;
  const fetched = new Map<string, string>();
  return {
    name: store.name,
    list: async (days) => {
      folder ??= mkdtemp(join(tmpdir(), "moat-history-"));
      const root = await folder;
      const files = await wanted(store, days);
      const queue = files.filter((file) => fetched.get(file.path) !== versionOf(file));
      const next = async (): Promise<void> => {
        for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
          await fetchFile(store, root, file.path);
          fetched.set(file.path, versionOf(file));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, next));
      return files.map(({ path }) => join(root, path));
    },
    close: async () => {
      if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
      folder = undefined;
      fetched.clear();
    },
  };
}

const versionOf = ({ size, modified }: StoredFile): string => `${size} ${modified}`;

/** A file that went in between is missed when DuckDB reads, and the question is asked again. */
async function fetchFile(store: HistoryStore, root: string, path: string): Promise<void> {
  const bytes = await store.read(path);
  if (bytes === undefined) return;
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), bytes);
}

/** Files of the days asked for, but for compacted ones that a newer one replaces. */
async function wanted(
  store: HistoryStore,
  { from, to }: { readonly from?: string; readonly to?: string },
): Promise<readonly StoredFile[]> {
  const known = (await store.list("")).flatMap((file) => {
    const day = dayFile(file.path);
    return day === undefined ? [] : [{ ...day, ...file }];
  });
  const inside = known.filter(
    ({ day }) => (from === undefined || day >= from) && (to === undefined || day <= to),
  );
  const newest = new Map<string, number>();
  for (const { folder, generation } of inside)
    newest.set(folder, Math.max(generation, newest.get(folder) ?? 0));
  return inside.filter(
    ({ folder, generation, digest }) => digest !== undefined || generation === newest.get(folder),
  );
}
