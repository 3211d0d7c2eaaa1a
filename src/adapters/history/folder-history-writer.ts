import { randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FlowHistoryWriter } from "../../ports/flow-history.ts";
import { summaryFiles } from "./summary-files.ts";

/** Keeps summaries in a folder, which is made when it is missing. */
export function folderHistoryWriter(root: string): FlowHistoryWriter {
  return {
    add: async (origin, summaries) => {
      for (const { path, bytes } of summaryFiles(origin, summaries))
        await writeWhole(join(root, path), bytes);
    },
  };
}

/** Readers see the whole file or none: it gets its name once it is complete. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.${randomUUID()}.unfinished`;
  await writeFile(unfinished, bytes);
  await rename(unfinished, path);
}
