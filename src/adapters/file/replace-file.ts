import { randomBytes } from "node:crypto";
import { rename, rm, stat, writeFile } from "node:fs/promises";
import { PolicyFault } from "../../ports/policy-fault.ts";

/**
 * Puts a text in a file's place at once, with the rights that the file had: whoever reads it meanwhile finds the old
 * text or the new one, never a half.
 *
 * @throws PolicyFault, `invalid`
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const beside = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    const mode = await stat(path).then(
      (found) => found.mode & 0o777,
      () => 0o644,
    );
    await writeFile(beside, text, { mode });
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw new PolicyFault(
      "invalid",
      `"${path}" cannot be written: ${String(error)}`,
      "check the path and its rights",
    );
  }
}
