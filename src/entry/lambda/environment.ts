import { z } from "zod";

const Mode = z.enum(["observe", "enforce"]);

/** What the handler reads from its environment. Secrets come by reference, never as a value. */
const Environment = z.object({
  MOAT_PCE_URL: z.string().min(1),
  MOAT_PCE_ORG: z
    .string()
    .regex(/^[0-9]+$/)
    .optional(),
  /** Name or ARN of a secret `{"key": "api_…", "secret": "…"}` in Secrets Manager. */
  MOAT_PCE_SECRET_ID: z.string().min(1),
  MOAT_OWNER: z.string().min(1).default("moat"),
  MOAT_MODE: Mode.default("observe"),
  MOAT_SHRINK_PERCENT: z.coerce.number().int().min(0).max(100).default(30),
  /** Tokens of refusals that a person has overruled, separated by blanks. */
  MOAT_ACKNOWLEDGE: z.string().default(""),
  AWS_REGION: z.string().min(1),
});

export type LambdaEnvironment = z.infer<typeof Environment>;

/** Checks the environment once, at cold start. @throws Error that names every variable which is missing or wrong */
export function parseEnvironment(env: NodeJS.ProcessEnv): LambdaEnvironment {
  const parsed = Environment.safeParse(env);
  if (parsed.success) return parsed.data;
  throw new Error(`The function's environment is not complete: ${z.prettifyError(parsed.error)}`);
}
