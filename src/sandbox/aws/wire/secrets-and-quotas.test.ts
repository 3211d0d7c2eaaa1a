import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetServiceQuotaCommand, ServiceQuotasClient } from "@aws-sdk/client-service-quotas";
import { expect, it } from "vitest";
import { vpcQuotas } from "../model/quotas.ts";
import { secretsManager } from "../model/secrets-manager.ts";
import { createSandboxAws } from "../sandbox-aws.ts";
import { clientConfig } from "../testing/rds-world.ts";

function setup() {
  const sandbox = createSandboxAws({ region: "us-east-1" });
  const config = clientConfig(sandbox);
  const region = sandbox.region();
  return { region, secrets: new SecretsManagerClient(config), quotas: new ServiceQuotasClient(config) };
}

it("reads a secret by name and by ARN, before and after its rotation", async () => {
  const { region, secrets } = setup();
  const store = region.part(secretsManager);
  const { arn } = store.put("moat/pce", "first");
  const read = async (SecretId: string, VersionStage?: string) =>
    (await secrets.send(new GetSecretValueCommand({ SecretId, VersionStage }))).SecretString;
  expect(await read("moat/pce")).toBe("first");
  await expect(read("moat/pce", "AWSPREVIOUS")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  store.rotate("moat/pce", "second");
  expect(await read(arn)).toBe("second");
  expect(await read(arn.slice(0, -7), "AWSPREVIOUS")).toBe("first");
  store.setDenied("moat/pce", true);
  await expect(read("moat/pce")).rejects.toMatchObject({ name: "AccessDeniedException" });
  await expect(read("nobody")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
});

it.each([
  ["L-0EA8095F", 60],
  ["L-2AFB9258", 5],
  ["L-E79EC296", 2500],
])("answers quota %s with %d, and what it was raised to", async (QuotaCode, want) => {
  const { region, quotas } = setup();
  const read = async () => {
    const { Quota } = await quotas.send(new GetServiceQuotaCommand({ ServiceCode: "vpc", QuotaCode }));
    return Quota?.Value;
  };
  expect(await read()).toBe(want);
  region.part(vpcQuotas).set(QuotaCode, 7);
  expect(await read()).toBe(7);
  const missing = new GetServiceQuotaCommand({ ServiceCode: "vpc", QuotaCode: "L-00000000" });
  await expect(quotas.send(missing)).rejects.toMatchObject({ name: "NoSuchResourceException" });
});
