import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Inventory } from "../../core/inventory/model.ts";
import type { InventorySource } from "../../ports/inventory-source.ts";
import { type AwsAnswers, NO_ANSWERS } from "../aws/parse/aws-answers.ts";
import { parseInventory } from "../aws/parse/parse-inventory.ts";
import {
  ENTRIES_FILE,
  FOLDER_FILES,
  LIST_FILES,
  type ListField,
  QUOTAS_FILE,
  TAGS_FILE,
} from "./aws-folder-layout.ts";
import { listOf, listsById, quotasOf } from "./aws-folder-shape.ts";
import { readJsonFile } from "./json-file.ts";
import { snapshotFault } from "./snapshot-fault.ts";

/**
 * The inventory of a folder of the JSON that the AWS CLI prints, e.g. `describe-db-instances.json`. A missing file is
 * an empty answer; a folder without any of them, broken JSON and a wrong shape are an `AwsFault`.
 */
export function awsFolder(folder: string): InventorySource {
  return {
    name: folder,
    read: async (): Promise<Inventory> => parseInventory(await readAwsFolder(folder)),
  };
}

/** The answers that a snapshot folder holds, unparsed. Throws as {@link awsFolder}'s `read`. */
export async function readAwsFolder(folder: string): Promise<AwsAnswers> {
  await checkFolder(folder);
  const read = (file: string): Promise<unknown> => readJsonFile(join(folder, file));
  const lists: Partial<Record<ListField, readonly unknown[]>> = {};
  for (const list of LIST_FILES) {
    const json = await read(list.file);
    if (json !== undefined) lists[list.field] = listOf(json, folder, list);
  }
  const entries = await read(ENTRIES_FILE);
  const tags = await read(TAGS_FILE);
  const quotas = await read(QUOTAS_FILE);
  return {
    ...NO_ANSWERS,
    ...lists,
    prefixListEntries:
      entries === undefined ? new Map() : listsById(entries, join(folder, ENTRIES_FILE), "Entries"),
    tagLists: tags === undefined ? new Map() : listsById(tags, join(folder, TAGS_FILE), "TagList"),
    quotas: quotas === undefined ? [] : quotasOf(quotas, join(folder, QUOTAS_FILE)),
  };
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) {
    throw snapshotFault(
      "SnapshotMissing",
      folder,
      "there is no such folder",
      'Write one with "moat snapshot"',
    );
  }
  if (!found.isDirectory()) {
    throw snapshotFault(
      "SnapshotMissing",
      folder,
      "is not a folder",
      "Name the folder that holds the JSON files",
    );
  }
  const names = await readdir(folder);
  if (names.some((name) => FOLDER_FILES.includes(name))) return;
  throw snapshotFault(
    "SnapshotMissing",
    folder,
    "holds none of the files of a snapshot, such as describe-db-instances.json",
    'Save "aws rds describe-db-instances" and the others there, or run "moat snapshot"',
  );
}
