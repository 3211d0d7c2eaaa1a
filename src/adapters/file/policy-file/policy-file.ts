import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Policy } from "../../../core/policy/model.ts";
import { PolicyFault } from "../../../ports/policy-fault.ts";
import type { PolicySource } from "../../../ports/policy-source.ts";
import { parsePolicyFile } from "./parse-policy-file.ts";

/** Hex digits of the digest that stands for the version of a file. */
const DIGEST_LENGTH = 16;

/**
 * Label policy from a `policy.yaml`. Its workloads are the static ones; those in AWS follow from `mapping` once the
 * inventory is known. A file has no draft: to edit it is to change it.
 */
export function createPolicyFile(path: string): PolicySource {
  return policyTextSource(path, () =>
    readFile(path, "utf8").catch((error: unknown) => {
      throw new PolicyFault(
        "notFound",
        `"${path}" cannot be read: ${String(error)}`,
        "check the path and its rights",
      );
    }),
  );
}

/** The same for a `policy.yaml` that lies elsewhere. `path` is for messages; `readText` may throw a {@link PolicyFault}. */
export function policyTextSource(path: string, readText: () => Promise<string>): PolicySource {
  return {
    name: path,
    read: (version) => readPolicyText(path, readText, version),
  };
}

async function readPolicyText(
  path: string,
  readText: () => Promise<string>,
  version: "active" | "draft",
): Promise<Policy> {
  if (version === "draft") {
    throw new PolicyFault(
      "invalid",
      `"${path}" has no draft`,
      "leave --draft out: a plan shows what the file says now, and nothing changes before moat apply",
    );
  }
  const text = await readText();
  const digest = createHash("sha256").update(text).digest("hex").slice(0, DIGEST_LENGTH);
  const parsed = parsePolicyFile(text, { file: basename(path), version: `sha256:${digest}` });
  if (parsed.ok) return parsed.value;
  const count = parsed.error.length;
  throw new PolicyFault(
    "invalid",
    `"${path}" has ${count === 1 ? "an error" : `${count} errors`}`,
    "mend the file; nothing of it counts until all of it is understood",
    parsed.error.map((d) => (d.at === undefined ? d : { ...d, at: { ...d.at, file: path } })),
  );
}
