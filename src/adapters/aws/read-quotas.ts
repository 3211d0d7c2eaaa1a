import type { Diagnostic } from "../../core/diagnostic.ts";
import { AwsFault } from "../../ports/aws-fault.ts";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { missingAnswer } from "./optional-answer.ts";
import { QUOTA_CODES } from "./parse/quotas.ts";

/** What Service Quotas answered. */
interface QuotaAnswers {
  readonly quotas: readonly unknown[];
  readonly findings: readonly Diagnostic[];
}

/**
 * A quota changes by somebody's request, which takes AWS minutes at the least, and the service answers five calls a
 * second to all who ask: so an answer serves every look of the same clients for a while.
 */
const KEPT_MS = 300_000;
const kept = new WeakMap<AwsClients, { readonly until: number; readonly answers: QuotaAnswers }>();

/** `Quota` objects of Service Quotas; a quota that cannot be had is a finding, and its default counts. */
export async function readQuotas(clients: AwsClients): Promise<QuotaAnswers> {
  const before = kept.get(clients);
  if (before !== undefined && Date.now() < before.until) return before.answers;
  const answers = await askQuotas(clients);
  if (answers.findings.length === 0) kept.set(clients, { until: Date.now() + KEPT_MS, answers });
  return answers;
}

async function askQuotas(clients: AwsClients): Promise<QuotaAnswers> {
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
