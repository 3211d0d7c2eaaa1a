import { findDataPlaneTools } from "../test/support/data-plane-tools.ts";
import { aptInstall } from "./apt.ts";

/**
 * Sees to it that PostgreSQL, nftables and network namespaces can be used on this machine.
 *
 * @returns why they cannot, `undefined` when they can
 */
export async function prepareDataPlane(): Promise<string | undefined> {
  if (findDataPlaneTools() !== undefined) return undefined;
  const failed = await aptInstall(["postgresql", "nftables", "iproute2"]);
  if (failed !== undefined) return failed;
  return findDataPlaneTools() === undefined ? "this machine lets nobody make network namespaces" : undefined;
}
