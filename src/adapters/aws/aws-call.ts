import { AwsFault, type AwsFaultKind } from "../../ports/aws-fault.ts";
import { faultEntry } from "./aws-fault-table.ts";

/**
 * Makes a call to AWS. `operation` is the IAM action that allows it, e.g. `ec2:DescribeSecurityGroups`.
 *
 * @throws AwsFault for whatever the call threw
 */
export async function callAws<T>(operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw toAwsFault(error, operation);
  }
}

/** Every item of every page of a paginated call. */
export async function allPages<Page>(
  operation: string,
  pages: () => AsyncIterable<Page>,
  items: (page: Page) => readonly unknown[] | undefined,
): Promise<readonly unknown[]> {
  return callAws(operation, async () => {
    const all: unknown[] = [];
    for await (const page of pages()) all.push(...(items(page) ?? []));
    return all;
  });
}

/** What the SDK and Node put into errors; all of it may be absent. */
interface ErrorParts {
  readonly name?: unknown;
  readonly message?: unknown;
  readonly Code?: unknown;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** Any error of an AWS call as one of our few kinds. */
export function toAwsFault(error: unknown, operation: string): AwsFault {
  if (error instanceof AwsFault) return error;
  const parts = partsOf(error);
  const codes = codesOf(parts);
  const known = codes.find((code) => faultEntry(code) !== undefined);
  const entry = known === undefined ? undefined : faultEntry(known);
  const kind = entry?.kind ?? kindOfStatus(parts.$metadata?.httpStatusCode);
  const code = codes[0] ?? "Unknown";
  const fix = entry?.fix(operation) ?? "Look the code up in the documentation of the call, then run again";
  return new AwsFault(kind, code, operation, `${operation} failed with ${code}: ${messageOf(parts)}`, fix);
}

function partsOf(error: unknown): ErrorParts {
  return typeof error === "object" && error !== null ? error : { message: String(error) };
}

/**
 * RDS puts the class in `name` (`DBInstanceNotFoundFault`) and the wire code in `Code` (`DBInstanceNotFound`); EC2 has
 * the wire code in `name`; Node's network errors have it in `code`, and some errors wrap another.
 */
function codesOf(parts: ErrorParts): readonly string[] {
  const region = regionProblem(parts);
  const cause = parts.cause === undefined ? [] : codesOf(partsOf(parts.cause));
  const own = [region, parts.Code, parts.code, parts.name === "Error" ? undefined : parts.name];
  return [...own.filter((code) => typeof code === "string" && code !== ""), ...cause] as readonly string[];
}

/** The SDK throws plain errors about regions. */
function regionProblem({ name, message }: ErrorParts): string | undefined {
  if (name !== "Error" || typeof message !== "string") return undefined;
  if (message.includes("Region is missing")) return "RegionMissing";
  return /^(Region not accepted|Invalid.*region)/i.test(message) ? "RegionUnknown" : undefined;
}

/** EC2 appends a kilobyte of encoded context to refusals. */
function messageOf({ message }: ErrorParts): string {
  const text = typeof message === "string" && message !== "" ? message : "no message";
  return text.replace(/\s*Encoded authorization failure message: \S+/, "");
}

function kindOfStatus(status: number | undefined): AwsFaultKind {
  if (status === undefined) return "unknown";
  if (status >= 500) return "unavailable";
  if (status === 429) return "throttled";
  if (status === 403) return "denied";
  if (status === 404) return "notFound";
  return status >= 400 ? "invalid" : "unknown";
}
