import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { HistoryFault } from "../../ports/flow-history.ts";
import type { HistoryStore, StoredFile } from "./history-store.ts";

/** A history in a folder, which the first write makes. A folder that is not there cannot be listed. */
export function folderStore(root: string): HistoryStore {
  return {
    name: root,
    list: async (prefix, after = "") => {
      const found: StoredFile[] = [];
      for (const path of await filesOf(root)) {
        if (!path.startsWith(prefix) || !path.endsWith(".parquet") || path <= after) continue;
        // Another process may have removed it since.
        const info = await stat(join(root, path)).catch(() => undefined);
        if (info?.isFile() === true) found.push({ path, size: info.size, modified: info.mtimeMs });
      }
      return found;
    },
    folders: async (below) => {
      const entries = await readdir(join(root, below), { withFileTypes: true });
      return entries.flatMap((entry) => (entry.isDirectory() ? [`${below}${entry.name}/`] : [])).sort();
    },
    read: (path) => readFile(join(root, path)).catch(unlessMissing),
    readPart: async (path, start, end) => {
      const file = await open(join(root, path)).catch(unlessMissing);
      if (file === undefined) return undefined;
      try {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    put: async (path, bytes) => {
      const unfinished = await writeUnfinished(join(root, path), bytes);
      await rename(unfinished, join(root, path));
    },
    putNew: async (path, bytes) => {
      const unfinished = await writeUnfinished(join(root, path), bytes);
      try {
        // Unlike a rename, a link never goes over what is there.
        await link(unfinished, join(root, path));
        return true;
      } catch (error) {
        if (codeOf(error) === "EEXIST") return false;
        throw error;
      } finally {
        await rm(unfinished, { force: true });
      }
    },
    remove: (path) => rm(join(root, path), { force: true }),
  };
}

async function filesOf(root: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(root, { recursive: true });
    return entries.map((path) => relative(root, join(root, path)).split(sep).join("/")).sort();
  } catch (error) {
    throw new HistoryFault(
      `The history "${root}" cannot be read (${codeOf(error)})`,
      "Without it nobody can say which clients were seen",
      'Check the path, or begin it with "moat history ingest"',
      { cause: error },
    );
  }
}

/** The file gets its name once it is complete. */
async function writeUnfinished(path: string, bytes: Uint8Array): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${randomUUID()}.unfinished`;
  await writeFile(unfinished, bytes);
  return unfinished;
}

function unlessMissing(error: unknown): undefined {
  if (codeOf(error) === "ENOENT") return undefined;
  throw error;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown error";
