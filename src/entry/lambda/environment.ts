import { z } from "zod";
import { parseS3Uri } from "../../adapters/aws/s3-uri.ts";
import { parsePceAddress } from "../../adapters/pce/pce-address.ts";
import { SEEN_DAYS } from "../../core/history/seen-lately.ts";
import { PolicyFault } from "../../ports/policy-fault.ts";

const MAX_SECONDS = 120;

const isAscending = (shares: readonly number[]): boolean =>
  shares.every((share, i) => share > (shares[i - 1] ?? 0) && share <= 100);

function s3Object(example: string) {
  return z.string().refine((uri) => parseS3Uri(uri).ok, `write it like ${example}`);
}

/** What the handlers read from their environment. Secrets come by reference, never as a value. */
const Environment = z.object({
  MOAT_PCE_URL: z
    .string()
    .superRefine((url, context) => {
      const problem = addressProblem(url);
      if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
    })
    .optional(),
  MOAT_PCE_ORG: z
    .string()
    .regex(/^[0-9]+$/)
    .optional(),
  /** Name or ARN of a secret `{"key": "api_…", "secret": "…"}` in Secrets Manager. */
  MOAT_PCE_SECRET_ID: z.string().optional(),
  /** `s3://bucket/policy.yaml`, in place of a PCE. */
  MOAT_POLICY: s3Object("s3://my-bucket/policy.yaml").optional(),
  /** For one request. */
  MOAT_PCE_TIMEOUT_SECONDS: z.coerce.number().min(0.1).max(MAX_SECONDS).default(30),
  MOAT_OWNER: z.string().default("moat"),
  MOAT_MODE: z.enum(["observe", "enforce"]).default("observe"),
  MOAT_EGRESS: z.enum(["leave", "managed"]).default("leave"),
  MOAT_SHRINK_PERCENT: z.coerce.number().int().min(0).max(100).default(30),
  /** Share of the rate at which AWS answers that one function takes, per account, region and call. */
  MOAT_CALL_PERCENT: z.coerce.number().gt(0).max(100).default(20),
  /** Tokens of refusals that a person has overruled, separated by blanks. */
  MOAT_ACKNOWLEDGE: z.string().default(""),
  /** Where `sweep` and `reconcile` remember what waits for a second answer of policy. */
  MOAT_STATE: s3Object("s3://my-bucket/state").optional(),
  /** Where each write is recorded whole before it is made. */
  MOAT_AUDIT: s3Object("s3://my-bucket/audit").optional(),
  /** Where `ingest` keeps what flow logs tell, and `sweep` and `reconcile` ask who was seen. */
  MOAT_HISTORY: s3Object("s3://my-bucket/history").optional(),
  /** Where `map` finds flow logs and puts its pages, and how far it looks back. */
  MOAT_MAP_LOGS: s3Object("s3://my-bucket").optional(),
  MOAT_MAP_PAGES: s3Object("s3://my-bucket/map").optional(),
  MOAT_MAP_HOURS: z.coerce.number().gt(0).default(24),
  /** Days for which it is kept. */
  MOAT_HISTORY_DAYS: z.coerce.number().int().min(1).max(36_500).default(400),
  /** Days of it that are looked at before access is taken away. */
  MOAT_HISTORY_SEEN_DAYS: z.coerce.number().int().min(1).max(36_500).default(SEEN_DAYS),
  /** FIFO queue from which `reconcile` takes databases; without it `ingest` changes them itself. */
  MOAT_QUEUE_URL: z.url().optional(),
  /** Two answers of policy count as two when they lie so far apart. */
  MOAT_TWICE_APART_SECONDS: z.coerce.number().int().min(1).max(86_400).default(30),
  /** Numbers of accounts, separated by blanks, or `organization`; the function's own account when absent. */
  MOAT_ACCOUNTS: z
    .string()
    .regex(/^(?:organization|[0-9]{12}(?:\s+[0-9]{12})*)$/, "numbers of accounts, or organization")
    .optional(),
  /** Separated by blanks; the function's own when absent. */
  MOAT_REGIONS: z
    .string()
    .regex(/^[a-z0-9-]+(?:\s+[a-z0-9-]+)*$/, "names of regions, separated by blanks")
    .optional(),
  /** Name of the role to take in other accounts, the same in each. */
  MOAT_SPOKE_ROLE: z
    .string()
    .regex(/^[\w+=,.@/-]+$/)
    .default("moat-spoke"),
  MOAT_EXTERNAL_ID: z.string().min(2).optional(),
  /** The group with which the heartbeat tampers. */
  MOAT_CANARY: z
    .string()
    .regex(/^sg-[0-9a-f]+$/, "the id of a security group")
    .optional(),
  /** Whether a first swap waits until its flow logs have been looked at. */
  MOAT_FIRST_SWAP: z.enum(["with-flows", "at-once"]).default("with-flows"),
  /**
   * Shares of the databases, in percent, that are narrowed by the end of each wave, separated by blanks; without it all
   * are narrowed at once. `sweep` and `reconcile` need MOAT_HISTORY with it.
   */
  MOAT_WAVES: z
    .string()
    .regex(/^[0-9.]+(?:\s+[0-9.]+)*$/, "ascending shares in percent, separated by blanks, like 1 10 100")
    .refine((text) => isAscending(text.split(/\s+/).map(Number)), "ascending shares of at most 100 percent")
    .optional(),
  /** Ids of the databases that go before all others, separated by blanks; besides those with the tag moat:wave=canary. */
  MOAT_WAVE_CANARY: z.string().default(""),
  /** Minutes for which the clients of narrowed databases are watched. Flow logs come up to a quarter of an hour late. */
  MOAT_WAVE_MINUTES: z.coerce.number().int().min(15).max(1440).default(30),
  /** REJECT records of one client at one database that are borne. */
  MOAT_WAVE_REJECTS: z.coerce.number().int().min(0).default(2),
  /** Name or ARN of an event bus, and of a secret with a webhook's address: who is told of incidents. */
  MOAT_NOTIFY_BUS: z.string().optional(),
  MOAT_NOTIFY_WEBHOOK_SECRET: z.string().optional(),
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
  const problems = [...(parsed.success ? [] : [z.prettifyError(parsed.error)]), ...policyProblems(filled)];
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new Error(`The function's environment is not complete: ${problems.join("; ")}`);
}

/** Policy comes from one place, and from one only. */
function policyProblems(filled: NodeJS.ProcessEnv): readonly string[] {
  const { MOAT_PCE_URL, MOAT_PCE_SECRET_ID, MOAT_POLICY } = filled;
  if (MOAT_POLICY === undefined)
    return MOAT_PCE_URL === undefined || MOAT_PCE_SECRET_ID === undefined
      ? ["policy comes from MOAT_PCE_URL with MOAT_PCE_SECRET_ID, or from MOAT_POLICY"]
      : [];
  return MOAT_PCE_URL === undefined ? [] : ["MOAT_PCE_URL and MOAT_POLICY both give a policy: leave one out"];
}

/** @throws Error when a variable that only some handlers need is missing */
export function needed<Name extends keyof LambdaEnvironment>(
  env: LambdaEnvironment,
  name: Name,
): NonNullable<LambdaEnvironment[Name]> {
  const value = env[name];
  if (value === undefined || value === null)
    throw new Error(`The function's environment is not complete: ${name} is missing`);
  return value;
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
