import type { Diagnostic } from "../../core/diagnostic.ts";
import { AwsFault } from "../../ports/aws-fault.ts";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { missingAnswer } from "./optional-answer.ts";
import { QUOTA_CODES } from "./parse/quotas.ts";

/** `Quota` objects of Service Quotas; a quota that cannot be had is a finding, and its default counts. */
export async function readQuotas(clients: AwsClients): Promise<{
  readonly quotas: readonly unknown[];
  readonly findings: readonly Diagnostic[];
}> {
  const quotas: unknown[] = [];
  const findings: Diagnostic[] = [];
  for (const code of Object.values(QUOTA_CODES)) {
    try {
      quotas.push(await readQuota(clients, code));
    } catch (error) {
      if (!(error instanceof AwsFault) || error.kind === "credentials") throw error;
      findings.push(missingAnswer("QUOTAS_NOT_READ", error, "The default quotas of AWS are assumed"));
      break;
    }
  }
  return { quotas, findings };
}

async function readQuota(clients: AwsClients, code: string): Promise<unknown> {
  const { sdk, client } = await clients.serviceQuotas();
  return callAws("servicequotas:GetServiceQuota", async () => {
    const answer = await client.send(new sdk.GetServiceQuotaCommand({ ServiceCode: "vpc", QuotaCode: code }));
    return answer.Quota;
  });
}
