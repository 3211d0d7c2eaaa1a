import type { AwsClients } from "../../adapters/aws/aws-clients.ts";
import { readS3Text } from "../../adapters/aws/s3-text.ts";
import { parseS3Uri } from "../../adapters/aws/s3-uri.ts";
import { readSecret } from "../../adapters/aws/secrets.ts";
import { secretStoreCredentials } from "../../adapters/pce/credentials-providers.ts";
import { createPceClient } from "../../adapters/pce/pce-client.ts";
import { policySourceOf } from "../../adapters/pce/pce-policy-source.ts";
import { trafficUploadOf } from "../../adapters/pce/pce-traffic-upload.ts";
import type { PolicySource } from "../../ports/policy-source.ts";
import type { TrafficUpload } from "../../ports/traffic-upload.ts";
import { type LambdaEnvironment, needed } from "./environment.ts";

/** Where a function has its policy from, and where its flows go. */
export interface LambdaPolicy {
  /** Each read may take the time until a moment, in milliseconds since 1970. */
  readonly until: (stopAt: number) => PolicySource;
  /** Absent where policy is a file: no PCE takes flows then. */
  readonly upload?: TrafficUpload;
}

/** Policy as the environment names it. Nothing is asked before the first read. */
export function lambdaPolicy(env: LambdaEnvironment, clients: AwsClients): LambdaPolicy {
  if (env.MOAT_POLICY !== undefined) return filePolicy(env.MOAT_POLICY, clients);
  const pce = createPceClient({
    url: needed(env, "MOAT_PCE_URL"),
    credentials: secretStoreCredentials(needed(env, "MOAT_PCE_SECRET_ID"), (id) => readSecret(clients, id)),
    timeoutMs: Math.round(env.MOAT_PCE_TIMEOUT_SECONDS * 1000),
    ...(env.MOAT_PCE_ORG === undefined ? {} : { org: env.MOAT_PCE_ORG }),
  });
  return {
    upload: trafficUploadOf(pce),
    until: (stopAt) => {
      const { name } = policySourceOf(pce);
      return { name, read: (version) => policySourceOf(pce, Math.max(1, stopAt - Date.now())).read(version) };
    },
  };
}

function filePolicy(uri: string, clients: AwsClients): LambdaPolicy {
  const address = parseS3Uri(uri);
  if (!address.ok) throw new Error(address.error.what);
  const { bucket, prefix: key } = address.value;
  const source: PolicySource = {
    name: uri,
    read: async (version) => {
      // Whoever has a PCE needs no reader of files.
      const { policyTextSource } = await import("../../adapters/file/policy-file/policy-file.ts");
      return policyTextSource(uri, async () => (await readS3Text(clients, { bucket, key })).text).read(
        version,
      );
    },
  };
  return { until: () => source };
}
