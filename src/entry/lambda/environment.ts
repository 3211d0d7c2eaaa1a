import { z } from "zod";
import { parsePceAddress } from "../../adapters/pce/pce-address.ts";
import { PolicyFault } from "../../ports/policy-fault.ts";

const MAX_SECONDS = 120;

/** What the handler reads from its environment. Secrets come by reference, never as a value. */
const Environment = z.object({
  MOAT_PCE_URL: z.string().superRefine((url, context) => {
    const problem = addressProblem(url);
    if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
  }),
  MOAT_PCE_ORG: z
    .string()
    .regex(/^[0-9]+$/)
    .optional(),
  /** Name or ARN of a secret `{"key": "api_…", "secret": "…"}` in Secrets Manager. */
  MOAT_PCE_SECRET_ID: z.string(),
  /** For one request. */
  MOAT_PCE_TIMEOUT_SECONDS: z.coerce.number().min(0.1).max(MAX_SECONDS).default(30),
  MOAT_OWNER: z.string().default("moat"),
  MOAT_MODE: z.enum(["observe", "enforce"]).default("observe"),
  MOAT_SHRINK_PERCENT: z.coerce.number().int().min(0).max(100).default(30),
  /** Tokens of refusals that a person has overruled, separated by blanks. */
  MOAT_ACKNOWLEDGE: z.string().default(""),
  AWS_REGION: z.string(),
});

export type LambdaEnvironment = z.infer<typeof Environment>;

/**
 * Checks the environment once, at cold start. A variable without text counts as missing, as templates that fill in
 * nothing mean it.
 *
 * @throws Error that names every variable which is missing or wrong
 */
export function parseEnvironment(env: NodeJS.ProcessEnv): LambdaEnvironment {
  const filled = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const parsed = Environment.safeParse(filled);
  if (parsed.success) return parsed.data;
  throw new Error(`The function's environment is not complete: ${z.prettifyError(parsed.error)}`);
}

function addressProblem(url: string): string | undefined {
  try {
    parsePceAddress(url);
    return undefined;
  } catch (error) {
    if (error instanceof PolicyFault) return `${error.message}; ${error.fix}`;
    throw error;
  }
}
