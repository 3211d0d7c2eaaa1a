import { findAwsCli } from "../test/support/aws-cli.ts";
import { aptInstall } from "./apt.ts";

/**
 * Sees to it that version 2 of the AWS CLI is on this machine.
 *
 * @returns why it is not, `undefined` when it is
 */
export async function prepareAwsCli(): Promise<string | undefined> {
  if (findAwsCli() !== undefined) return undefined;
  const failed = await aptInstall(["awscli"]);
  if (failed !== undefined) return failed;
  return findAwsCli() === undefined ? "the awscli package of this Debian is not version 2" : undefined;
}
