import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { UploadLedgerFault } from "../../ports/upload-ledger.ts";
import type { NamedText, VersionedText, VersionedTexts } from "../../ports/versioned-text.ts";

const VERSION = /^(\d{8})\.json$/;
const nameOf = (version: number): string => `${String(version).padStart(8, "0")}.json`;
/**
 * Old versions stay for so many writes, because a writer that still holds one of them must find the next taken. One
 * that slept longer than that notices that its version is far behind.
 */
const KEPT = 16;

/**
 * A text in a folder of its own on this machine: a file a version, written whole and then given its name, which of
 * several writers one gets. So there is no lock that the dead could leave behind.
 *
 * @throws UploadLedgerFault when the folder cannot be read or written
 */
export function fileText(folder: string): VersionedText {
  return {
    read: () => orFault(folder, () => readNewest(folder)),
    write: (text, over) => orFault(folder, () => writeNext(folder, text, over)),
  };
}

async function readNewest(folder: string) {
  // A version that was there when the folder was listed may be gone when it is read.
  for (;;) {
    const newest = (await versionsOf(folder)).at(-1);
    if (newest === undefined) return undefined;
    const text = await readFile(join(folder, nameOf(newest)), "utf8").catch(unlessMissing);
    if (text !== undefined) return { text, version: String(newest) };
  }
}

async function writeNext(folder: string, text: string, over: string | undefined): Promise<boolean> {
  if (over === undefined) await mkdir(folder, { recursive: true });
  const next = over === undefined ? 1 : Number(over) + 1;
  const unfinished = join(folder, `${randomUUID()}.unfinished`);
  try {
    await writeDurably(unfinished, text);
    // Unlike a rename, a link never goes over what is there.
    await link(unfinished, join(folder, nameOf(next)));
  } catch (error) {
    // Somebody was first, or has removed the text.
    if (["EEXIST", "ENOENT"].includes(codeOf(error))) return false;
    throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
  const versions = await versionsOf(folder);
  if ((versions.at(-1) ?? next) > next + KEPT / 2) {
    await rm(join(folder, nameOf(next)), { force: true });
    return false;
  }
  for (const old of versions.filter((version) => version < next - KEPT))
    await rm(join(folder, nameOf(old)), { force: true });
  return true;
}

/** On the disk before it has a name: a mark that a power cut takes away is as good as none. */
async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Numbers of the versions, the newest last. */
async function versionsOf(folder: string): Promise<readonly number[]> {
  const names = (await readdir(folder).catch(unlessMissing)) ?? [];
  return names
    .flatMap((name) => VERSION.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** Texts in the folders of a folder, which the first write makes. */
export function fileTexts(root: string): VersionedTexts {
  return {
    name: root,
    list: () => orFault(root, () => listed(root)),
    of: (id) => fileText(join(root, id)),
    remove: (id) => orFault(root, () => rm(join(root, id), { recursive: true, force: true })),
  };
}

async function listed(root: string): Promise<readonly NamedText[]> {
  const found: NamedText[] = [];
  for (const id of ((await readdir(root).catch(unlessMissing)) ?? []).sort()) {
    const newest = (await versionsOf(join(root, id)).catch(unlessNoFolder))?.at(-1);
    if (newest === undefined) continue;
    const info = await stat(join(root, id, nameOf(newest))).catch(unlessMissing);
    if (info !== undefined) found.push({ id, writtenAt: info.mtimeMs });
  }
  return found;
}

async function orFault<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new UploadLedgerFault(
      `The ledger of uploads in "${name}" cannot be read or written (${codeOf(error)})`,
      "Check the path and its rights, and the room on the disk",
      { cause: error },
    );
  }
}

function unlessMissing(error: unknown): undefined {
  if (codeOf(error) === "ENOENT") return undefined;
  throw error;
}

function unlessNoFolder(error: unknown): undefined {
  if (codeOf(error) === "ENOTDIR") return undefined;
  throw error;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "unknown error";
