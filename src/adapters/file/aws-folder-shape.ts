import { join } from "node:path";
import { FOLDER_FILES, LIST_FILES, type ListFile } from "./aws-folder-layout.ts";
import { snapshotFault } from "./snapshot-fault.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** Narrows to a JSON object: no array, no `null`. */
function isObject(json: unknown): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/**
 * The list of an answer.
 *
 * @throws AwsFault when the file holds something else, or one page of several: half an answer is none
 */
export function listOf(json: unknown, folder: string, { file, key }: ListFile): readonly unknown[] {
  const path = join(folder, file);
  if (!isObject(json)) throw notAnObject(json, path, `{ "${key}": [...] }`);
  const items = Object.hasOwn(json, key) ? json[key] : undefined;
  if (items === undefined) throw wrongKey(json, path, key);
  if (!Array.isArray(items)) {
    throw snapshotFault("SnapshotShape", path, `"${key}" is not a list`, `Save "${commandOf(file)}" again`);
  }
  for (const token of ["NextToken", "Marker"]) {
    if (typeof json[token] === "string" && json[token] !== "") throw onePage(path, token, file);
  }
  return items;
}

/**
 * The lists of an object from id to answer, e.g. from ARN to `{ "TagList": [...] }`.
 *
 * @throws AwsFault when the file has another shape
 */
export function listsById(json: unknown, path: string, key: string): ReadonlyMap<string, readonly unknown[]> {
  const shape = `an object from id to { "${key}": [...] }`;
  if (!isObject(json)) throw notAnObject(json, path, shape);
  const lists = new Map<string, readonly unknown[]>();
  for (const [id, answer] of Object.entries(json)) {
    const items = isObject(answer) ? answer[key] : undefined;
    if (!Array.isArray(items)) {
      throw snapshotFault("SnapshotShape", path, `"${id}" has no list "${key}"`, `Write it as ${shape}`);
    }
    lists.set(id, items);
  }
  return lists;
}

/** `Quota` objects of one answer, of an object from quota code to answers, or of `Quotas`. */
export function quotasOf(json: unknown, path: string): readonly unknown[] {
  if (!isObject(json)) throw notAnObject(json, path, '{ "Quota": {…} }');
  if (Array.isArray(json.Quotas)) return json.Quotas;
  if (isObject(json.Quota)) return [json.Quota];
  return Object.values(json).flatMap((answer) => (isObject(answer) ? [answer.Quota] : []));
}

/** `aws rds describe-db-instances` for `describe-db-instances.json`. */
function commandOf(file: string): string {
  return `aws ${file.includes("-db-") ? "rds" : "ec2"} ${file.replace(/\.json$/, "")}`;
}

function notAnObject(json: unknown, path: string, shape: string): Error {
  const found = Array.isArray(json) ? "a list" : json === null ? "null" : `a ${typeof json}`;
  return snapshotFault(
    "SnapshotShape",
    path,
    `holds ${found} at the top, expected ${shape}`,
    'Save the whole answer, without "--query"',
  );
}

function wrongKey(json: JsonObject, path: string, key: string): Error {
  const keys = Object.keys(json);
  const found = keys.length === 0 ? "holds an empty object" : `has the key "${keys.join('", "')}"`;
  const other = LIST_FILES.find((f) => keys.includes(f.key));
  const near = keys.find((k) => k.toLowerCase() === key.toLowerCase());
  const fix = near !== undefined ? `Write "${key}" instead of "${near}"` : renameFix(other, path);
  return snapshotFault("SnapshotShape", path, `${found}, expected "${key}"`, fix);
}

function renameFix(other: ListFile | undefined, path: string): string {
  if (other !== undefined) return `This is the answer of "${commandOf(other.file)}": name it ${other.file}`;
  const file = FOLDER_FILES.find((name) => path.endsWith(name)) ?? path;
  return `Save "${commandOf(file)}" as it is printed`;
}

function onePage(path: string, token: string, file: string): Error {
  return snapshotFault(
    "SnapshotPartial",
    path,
    `has a "${token}": it holds one page of several`,
    `Save "${commandOf(file)}" again without "--max-items" and "--no-paginate"`,
  );
}
