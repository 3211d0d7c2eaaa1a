import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { aptInstall } from "./apt.ts";
import { run } from "./run.ts";

/** Written last, with the digest of what was asked for: a half-made environment never carries it. */
export const STAMP = "moat-requirements.sha256";

const REQUIREMENTS = "test/e2e/requirements.txt";
const CONSTRAINTS = "test/e2e/constraints.txt";

/**
 * Makes `.venv/` hold exactly the pinned Python packages that the tests use, or leaves it alone when it does already.
 *
 * @returns why it could not be made, `undefined` when it is ready
 */
export async function preparePythonEnvironment(root: string): Promise<string | undefined> {
  const directory = join(root, ".venv");
  const wanted = digest(root);
  if (readStamp(directory) === wanted) return undefined;

  rmSync(directory, { recursive: true, force: true });
  const failed = (await makeEnvironment(directory)) ?? (await installPackages(root, directory));
  if (failed === undefined) writeFileSync(join(directory, STAMP), `${wanted}\n`);
  return failed;
}

function digest(root: string): string {
  const hash = createHash("sha256");
  for (const file of [REQUIREMENTS, CONSTRAINTS]) hash.update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

function readStamp(directory: string): string | undefined {
  const stamp = join(directory, STAMP);
  return existsSync(stamp) ? readFileSync(stamp, "utf8").trim() : undefined;
}

async function makeEnvironment(directory: string): Promise<string | undefined> {
  const make = () => run("python3", ["-m", "venv", "--clear", directory]);
  let made = await make();
  if (made.code === 0) return undefined;
  // Debian ships venv apart from Python.
  if ((await aptInstall(["python3", "python3-venv"])) === undefined) made = await make();
  return made.code === 0 ? undefined : `python3 -m venv failed: ${lastLine(made.output)}`;
}

async function installPackages(root: string, directory: string): Promise<string | undefined> {
  const pip = join(directory, "bin", "pip");
  const args = [
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--no-input",
    "-r",
    join(root, REQUIREMENTS),
  ];
  const installed = await run(pip, args);
  return installed.code === 0 ? undefined : `pip install failed: ${lastLine(installed.output)}`;
}

const lastLine = (text: string): string => text.trim().split("\n").at(-1) ?? "no message";
