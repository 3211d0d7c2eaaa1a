import { findAwsCli } from "../test/support/aws-cli.ts";
import { findProgram } from "../test/support/find-program.ts";
import { aptInstall } from "./apt.ts";

/**
 * Sees to it that version 2 of the AWS CLI is on this machine, and `zip`, with which the guide packs the functions.
 *
 * @returns why one is not, `undefined` when both are
 */
export async function prepareAwsCli(): Promise<string | undefined> {
  const missing = [
    ...(findAwsCli() === undefined ? ["awscli"] : []),
    ...(findProgram("zip") === undefined ? ["zip"] : []),
  ];
  if (missing.length === 0) return undefined;
  const failed = await aptInstall(missing);
  if (failed !== undefined) return failed;
  if (findProgram("zip") === undefined) return "the zip package of this Debian has no program zip";
  return findAwsCli() === undefined ? "the awscli package of this Debian is not version 2" : undefined;
}
