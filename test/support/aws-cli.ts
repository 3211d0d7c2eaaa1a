import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";

/**
 * The first AWS CLI of version 2 on this machine. Version 1, which Python environments like to put first in the PATH,
 * is another program and is passed over.
 */
export function findAwsCli(): string | undefined {
  const directories = ["/usr/bin", "/usr/local/bin", ...(process.env.PATH ?? "").split(delimiter)];
  return directories.map((directory) => join(directory, "aws")).find(isVersion2);
}

function isVersion2(file: string): boolean {
  const answer = spawnSync(file, ["--version"], { encoding: "utf8", timeout: 20_000 });
  return answer.status === 0 && answer.stdout.startsWith("aws-cli/2.");
}
