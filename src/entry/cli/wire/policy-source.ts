import { readFile, stat } from "node:fs/promises";
import type { AwsClients } from "../../../adapters/aws/aws-clients.ts";
import { readSecret } from "../../../adapters/aws/secrets.ts";
import { createPolicyFile } from "../../../adapters/file/policy-file/policy-file.ts";
import { createPolicyFolder } from "../../../adapters/file/policy-folder.ts";
import {
  environmentCredentials,
  secretStoreCredentials,
} from "../../../adapters/pce/credentials-providers.ts";
import type { PceClientOptions } from "../../../adapters/pce/pce-client.ts";
import { createPcePolicySource } from "../../../adapters/pce/pce-policy-source.ts";
import type { PolicySource } from "../../../ports/policy-source.ts";
import { CliProblem } from "../problem.ts";
import type { OpenSandbox } from "./sandbox.ts";

/** Opens what `--policy` names: a PCE, a folder of its collections, or a policy file. The sandbox brings its own. */
export async function openPolicy(
  policy: string | undefined,
  env: NodeJS.ProcessEnv,
  behind: { readonly sandbox?: OpenSandbox; readonly clients?: AwsClients },
): Promise<PolicySource> {
  if (policy === undefined) {
    if (behind.sandbox !== undefined) return createPcePolicySource(behind.sandbox.pce);
    throw new CliProblem({
      code: "POLICY_MISSING",
      what: "No policy source was given",
      why: "Without policy nobody can say who may reach a database",
      fix: "Add --policy with the URL of a PCE, a folder or a policy file (moat init writes one), or set MOAT_POLICY",
    });
  }
  if (/^https?:\/\//.test(policy))
    return createPcePolicySource(await pceOptions(policy, env, behind.clients));
  const found = await stat(policy).catch(() => undefined);
  if (found?.isDirectory() === true) return createPolicyFolder(policy);
  if (found?.isFile() === true || /\.ya?ml$/.test(policy)) return createPolicyFile(policy);
  throw new CliProblem({
    code: "POLICY_SOURCE_UNKNOWN",
    what: `--policy "${policy}" is neither a URL nor a folder nor a file`,
    why: "Moat takes policy from a PCE, from a folder of its collections (labels.json, …), or from a policy file",
    fix: `Give a URL like "https://pce.example.com:8443", the path of a folder, or "policy.yaml" as moat init writes it`,
  });
}

/** How to reach a PCE: the secret comes from the environment, a file, or Secrets Manager, never from an argument. */
export async function pceOptions(
  url: string,
  env: NodeJS.ProcessEnv,
  clients: AwsClients | undefined,
): Promise<PceClientOptions> {
  const secretId = env.MOAT_PCE_SECRET_ID;
  const credentials =
    secretId !== undefined && clients !== undefined
      ? secretStoreCredentials(secretId, (id) => readSecret(clients, id))
      : environmentCredentials(env);
  const ca = env.MOAT_PCE_CA_FILE === undefined ? undefined : await readFile(env.MOAT_PCE_CA_FILE, "utf8");
  const timeout = Number(env.MOAT_PCE_TIMEOUT);
  return {
    url,
    credentials,
    // Seconds that one answer may take.
    ...(timeout > 0 ? { timeoutMs: timeout * 1_000 } : {}),
    ...(env.MOAT_PCE_ORG === undefined ? {} : { org: env.MOAT_PCE_ORG }),
    ...(ca === undefined ? {} : { ca }),
  };
}
