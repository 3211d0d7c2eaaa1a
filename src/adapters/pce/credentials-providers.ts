import { readFile } from "node:fs/promises";
import { z } from "zod";
import { PolicyFault } from "../../ports/policy-fault.ts";
import type { CredentialsProvider, PceCredentials } from "./credentials.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Gives the text of a secret by its name or ARN, as Secrets Manager's `GetSecretValue` does. */
export type GetSecretText = (secretId: string) => Promise<string>;

const SecretDocument = z.object({ key: z.string().min(1), secret: z.string().min(1) });

/**
 * Credentials from `MOAT_PCE_KEY` and `MOAT_PCE_SECRET`, or the secret from the file that `MOAT_PCE_SECRET_FILE`
 * names, which is read anew each time.
 *
 * @throws (when asked) PolicyFault `credentials` that names the missing variable
 */
export function environmentCredentials(env: Environment): CredentialsProvider {
  return async () => {
    const user = env.MOAT_PCE_KEY?.trim();
    if (!user) throw missing("MOAT_PCE_KEY is not set", "set it to the key id of an API key of the PCE");
    return { user, secret: await environmentSecret(env) };
  };
}

async function environmentSecret(env: Environment): Promise<string> {
  if (env.MOAT_PCE_SECRET) return env.MOAT_PCE_SECRET.trim();
  if (env.MOAT_PCE_SECRET_FILE) return readSecretFile(env.MOAT_PCE_SECRET_FILE);
  throw missing(
    "Neither MOAT_PCE_SECRET nor MOAT_PCE_SECRET_FILE is set",
    "set one of them to the secret of the API key, or to the path of a file that holds it",
  );
}

async function readSecretFile(path: string): Promise<string> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw missing(
      `MOAT_PCE_SECRET_FILE "${path}" cannot be read: ${error.code ?? error.name}`,
      "check the path",
    );
  });
  const secret = text.trim();
  if (secret === "") throw missing(`MOAT_PCE_SECRET_FILE "${path}" is empty`, "write the secret into it");
  return secret;
}

/**
 * Credentials from a secret store: the secret is the JSON text `{"key": "api_…", "secret": "…"}`.
 *
 * @throws (when asked) PolicyFault `credentials` that names the secret, never its content
 */
export function secretStoreCredentials(secretId: string, getSecretText: GetSecretText): CredentialsProvider {
  return async () => readSecretDocument(secretId, await getSecretText(secretId));
}

function readSecretDocument(secretId: string, text: string): PceCredentials {
  const read = SecretDocument.safeParse(parsedJson(text));
  if (read.success) return { user: read.data.key, secret: read.data.secret };
  throw missing(
    `The secret "${secretId}" is not a JSON object with "key" and "secret"`,
    'store it as {"key": "api_…", "secret": "…"}',
  );
}

function parsedJson(text: string): unknown {
  try {
    const json: unknown = JSON.parse(text);
    return json;
  } catch {
    return undefined;
  }
}

function missing(message: string, fix: string): PolicyFault {
  return new PolicyFault("credentials", message, fix);
}
