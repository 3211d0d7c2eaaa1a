import { AwsFault } from "../../ports/aws-fault.ts";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";

/**
 * The current text of a secret, by name or ARN. Read it again after a refusal: a rotation may have replaced it.
 *
 * @throws AwsFault; its message never holds the secret
 */
export async function readSecret(clients: AwsClients, secretId: string): Promise<string> {
  const { sdk, client } = await clients.secretsManager();
  const answer = await callAws("secretsmanager:GetSecretValue", () =>
    client.send(new sdk.GetSecretValueCommand({ SecretId: secretId })),
  );
  if (answer.SecretString !== undefined) return answer.SecretString;
  if (answer.SecretBinary !== undefined) return new TextDecoder().decode(answer.SecretBinary);
  throw new AwsFault(
    "invalid",
    "EmptySecret",
    "secretsmanager:GetSecretValue",
    `The secret "${secretId}" has no value`,
    `Store one with "aws secretsmanager put-secret-value --secret-id ${secretId}"`,
  );
}
