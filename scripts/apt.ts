import { run } from "./run.ts";

/**
 * Installs Debian packages, when this process may.
 *
 * @returns why not, `undefined` when they are installed
 */
export async function aptInstall(packages: readonly string[]): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "not root, so apt-get cannot be used";
  if ((await run("apt-get", ["--version"])).code !== 0) return "this system has no apt-get";
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // A package list that is days old names versions that the mirrors no longer hold.
  await run("apt-get", ["update", "-qq"], { env });
  const args = ["install", "-y", "-qq", "--no-install-recommends", ...packages];
  const done = await run("apt-get", args, { env });
  return done.code === 0 ? undefined : `apt-get install ${packages.join(" ")} failed`;
}
