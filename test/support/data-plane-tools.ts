import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { dirname } from "node:path";

/** Programs that a data plane on this machine is made of. */
export interface DataPlaneTools {
  /** Directory of `postgres`, `initdb`, `psql` and `pgbench`, all of one version. */
  readonly postgres: string;
}

/**
 * Finds what it takes to run PostgreSQL behind nftables in network namespaces. They need root, and a machine that lets
 * root make namespaces: not every container does, so it is tried.
 */
export function findDataPlaneTools(): DataPlaneTools | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [postgres] = globSync(["/usr/lib/postgresql/*/bin/pgbench", "/usr/bin/pgbench"])
    .map((file) => dirname(file))
    .filter((directory) => globSync(`${directory}/{initdb,postgres,psql}`).length === 3);
  const works = (...command: readonly string[]) =>
    spawnSync(command[0] ?? "", command.slice(1), { timeout: 20_000 }).status === 0;
  const namespaces = works("ip", "-Version") && works("unshare", "--net", "nft", "list", "ruleset");
  const user = works("id", "postgres") && works("bash", "--version");
  return postgres !== undefined && namespaces && user ? { postgres } : undefined;
}
