import { appendFile, open, stat } from "node:fs/promises";
import type { AuditLog, OnboardingAudit } from "../../ports/audit-log.ts";
import { linkedLine } from "./linked-lines.ts";

/**
 * An audit log as a file of one JSON object a line, which only ever grows. Each line carries the digest of the one
 * before it as `previous`, so that a line which is changed, taken out or put in later is found. Two processes should
 * not share a file: their lines may cross, which then looks like a broken chain.
 */
export function fileAuditLog(path: string): AuditLog & OnboardingAudit {
  let size = -1;
  let last: string | undefined;
  let queue: Promise<void> = Promise.resolve();
  async function append(entry: object): Promise<void> {
    const now = await sizeOf(path);
    if (now !== size) last = await lastLine(path, now);
    const text = linkedLine(entry, last);
    await appendFile(path, `${text}\n`, { mode: 0o600 });
    last = text;
    size = now + Buffer.byteLength(text) + 1;
  }
  return {
    record: (entry: object) => {
      const done = queue.then(() => append(entry));
      queue = done.catch(() => {});
      return done;
    },
  };
}

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => undefined))?.size ?? 0;

const CHUNK = 65_536;

/** The last line of a file of a size, without reading more of it than that takes. */
async function lastLine(path: string, size: number): Promise<string | undefined> {
  if (size === 0) return undefined;
  const file = await open(path, "r");
  try {
    let tail = Buffer.alloc(0);
    for (let from = size; from > 0; ) {
      const length = Math.min(CHUNK, from);
      from -= length;
      const { buffer } = await file.read(Buffer.alloc(length), 0, length, from);
      tail = Buffer.concat([buffer, tail]);
      const cut = tail.lastIndexOf(0x0a, tail.length - 2);
      if (cut >= 0)
        return tail
          .subarray(cut + 1)
          .toString("utf8")
          .trimEnd();
    }
    return tail.toString("utf8").trimEnd();
  } finally {
    await file.close();
  }
}
