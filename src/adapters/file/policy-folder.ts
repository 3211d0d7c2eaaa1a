import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Policy } from "../../core/policy/model.ts";
import { PolicyFault } from "../../ports/policy-fault.ts";
import type { PolicySource } from "../../ports/policy-source.ts";
import { COLLECTION_NAMES, type CollectionName, type PolicyCollections } from "../pce/parse/collections.ts";
import { parsePolicy } from "../pce/parse/parse-policy.ts";
import { parsePolicyVersion } from "../pce/parse/policy-version.ts";
import { jsonRows } from "./json-rows.ts";
import {
  errorCode,
  parsePolicyJson,
  policyText,
  readPolicyBytes,
  readPolicyJson,
} from "./policy-json-file.ts";

/** Hex digits of the digest that stands for the version of a folder which names none. */
const DIGEST_LENGTH = 16;

interface CollectionFile {
  readonly name: CollectionName;
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly rows: Iterable<unknown>;
}

/**
 * Label policy from a folder of a PCE's collections as GET returns them (`labels.json`, `rule_sets.json` …; missing
 * files are empty collections). The version is that of `sec_policy.json`, else a digest of the content.
 *
 * A folder holds one policy. It is given for `active` whatever it was taken from, and for `draft` only when its rule
 * sets are drafts.
 */
export function createPolicyFolder(folder: string): PolicySource {
  return {
    name: `folder ${folder}`,
    read: (version) => readPolicyFolder(folder, version),
  };
}

async function readPolicyFolder(folder: string, version: "active" | "draft"): Promise<Policy> {
  await checkFolder(folder);
  const known = await readVersion(folder);
  const files: CollectionFile[] = [];
  for (const name of COLLECTION_NAMES) {
    const file = await readCollection(folder, name);
    if (file !== undefined) files.push(file);
  }
  if (files.length === 0) throw noCollections(folder);
  try {
    const collections: PolicyCollections = Object.fromEntries(files.map((file) => [file.name, file.rows]));
    if (version === "draft" && !holdsDraft(collections)) throw notADraft(folder);
    return parsePolicy(collections, { source: "pce", version: known ?? digest(files), complete: true });
  } catch (error) {
    if (error instanceof SyntaxError) throwBroken(files);
    throw error;
  }
}

/** Rows are parsed while the policy is read, and only a look at the whole file tells where it breaks. */
function throwBroken(files: readonly CollectionFile[]): void {
  for (const { path, bytes } of files) parsePolicyJson(path, bytes);
}

async function checkFolder(folder: string): Promise<void> {
  try {
    if ((await stat(folder)).isDirectory()) return;
  } catch (error) {
    const code = errorCode(error);
    if (code !== "ENOENT") {
      throw new PolicyFault(
        "denied",
        `"${folder}" cannot be opened: ${code ?? String(error)}`,
        "check its rights",
      );
    }
    throw new PolicyFault(
      "notFound",
      `There is no policy folder "${folder}"`,
      "name a folder that `moat snapshot` wrote, or the PCE itself",
    );
  }
  throw new PolicyFault(
    "invalid",
    `"${folder}" is not a folder`,
    "name the folder that holds rule_sets.json",
  );
}

async function readCollection(folder: string, name: CollectionName): Promise<CollectionFile | undefined> {
  const path = join(folder, `${name}.json`);
  const bytes = await readPolicyBytes(path);
  if (bytes === undefined) return undefined;
  const rows = jsonRows(bytes);
  if (rows !== undefined) return { name, path, bytes, rows };
  const file = parsePolicyJson(path, bytes);
  const kind = file.json === null ? "null" : typeof file.json;
  throw new PolicyFault(
    "invalid",
    `"${path}" holds ${kind === "object" ? "an object" : kind}, not an array`,
    `save the whole answer to GET ${name}, which is an array`,
  );
}

async function readVersion(folder: string): Promise<string | undefined> {
  const path = join(folder, "sec_policy.json");
  const file = await readPolicyJson(path);
  if (file === undefined) return undefined;
  const version = parsePolicyVersion(file.json);
  if (version !== undefined) return version;
  throw new PolicyFault(
    "invalid",
    `"${path}" names no policy version`,
    "save the whole answer to GET sec_policy/active, or delete the file",
  );
}

function digest(files: readonly CollectionFile[]): string {
  const hash = createHash("sha256");
  for (const { name, bytes } of files) {
    const text = policyText(bytes);
    hash.update(`${name}:${text.length}:`).update(text);
  }
  return `sha256:${hash.digest("hex").slice(0, DIGEST_LENGTH)}`;
}

function holdsDraft(collections: PolicyCollections): boolean {
  for (const json of collections.rule_sets ?? []) {
    const isObject = typeof json === "object" && json !== null && "href" in json;
    if (isObject && typeof json.href === "string" && json.href.includes("/sec_policy/draft/")) return true;
  }
  return false;
}

function noCollections(folder: string): PolicyFault {
  const names = COLLECTION_NAMES.map((name) => `${name}.json`).join(", ");
  return new PolicyFault(
    "invalid",
    `"${folder}" holds no collection of a policy`,
    `it needs at least one of ${names}: write it with \`moat snapshot\``,
  );
}

function notADraft(folder: string): PolicyFault {
  return new PolicyFault(
    "invalid",
    `"${folder}" holds the active policy, not the draft`,
    "leave --draft out, or preview the draft on the PCE itself",
  );
}
