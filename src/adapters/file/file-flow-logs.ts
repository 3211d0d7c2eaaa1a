import { createReadStream, type Stats } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { FlowLogFault, type FlowLogObject, type FlowLogObjects } from "../../ports/flow-log-objects.ts";
import { flowLogParts } from "../aws/flow-log-parts.ts";
import { INFLATE_LIMITS, type InflateLimits } from "../aws/gunzip-pump.ts";

/** What {@link fileFlowLogs} may be told besides the paths. */
export interface FileFlowLogOptions {
  readonly limits?: InflateLimits;
  /** Read for the path `-`. */
  readonly stdin?: AsyncIterable<Uint8Array>;
}

/**
 * Flow-log objects of files, of folders (all files below, sorted, dot files left out) and of `-`, standard input.
 * `list` throws a `FlowLogFault` for a path that does not exist.
 */
export function fileFlowLogs(paths: readonly string[], options: FileFlowLogOptions = {}): FlowLogObjects {
  const limits = options.limits ?? INFLATE_LIMITS;
  return {
    async *list() {
      for (const path of paths) {
        if (path === "-") yield standardInput(options.stdin ?? process.stdin, limits);
        else yield* filesUnder(path, limits, new Set());
      }
    },
  };
}

function standardInput(stdin: AsyncIterable<Uint8Array>, limits: InflateLimits): FlowLogObject {
  const name = "standard input";
  return { name, once: true, read: () => flowLogParts(stdin, name, limits), stored: () => stdin };
}

async function* filesUnder(
  path: string,
  limits: InflateLimits,
  seen: Set<string>,
): AsyncGenerator<FlowLogObject> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadablePath(path, error);
  });
  if (!found.isDirectory()) {
    yield flowLogFile(path, found, limits);
    return;
  }
  // A symbolic link may lead back up.
  const real = await realpath(path);
  if (seen.has(real)) return;
  seen.add(real);
  const names = await readdir(path).catch((error: unknown) => {
    throw unreadablePath(path, error);
  });
  for (const name of names.toSorted()) {
    if (!name.startsWith(".")) yield* filesUnder(join(path, name), limits, seen);
  }
}

function flowLogFile(path: string, { size, mtimeMs }: Stats, limits: InflateLimits): FlowLogObject {
  return {
    name: path,
    version: `${size} ${mtimeMs}`,
    size,
    key: path.split(sep).join("/"),
    read: () => flowLogParts(fileBytes(path, size), path, limits),
    stored: () => fileBytes(path, size),
  };
}

/** Bytes that are read at once: of a small file all, so that they need not be joined. */
const AT_ONCE = { least: 64 * 1024, most: 1024 ** 2 };

async function* fileBytes(path: string, size: number): AsyncGenerator<Uint8Array> {
  const highWaterMark = Math.max(AT_ONCE.least, Math.min(AT_ONCE.most, size));
  try {
    yield* createReadStream(path, { highWaterMark });
  } catch (error) {
    throw unreadablePath(path, error);
  }
}

function unreadablePath(path: string, error: unknown): FlowLogFault {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  return code === "ENOENT"
    ? new FlowLogFault(
        path,
        `"${path}" does not exist`,
        "Name a file, a folder, an s3:// URI, or - for standard input",
        "absent",
      )
    : new FlowLogFault(
        path,
        `"${path}" cannot be read (${code})`,
        "Check the permissions of the file and its folder",
        "denied",
      );
}
