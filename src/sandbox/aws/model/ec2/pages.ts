import { AwsError } from "../aws-error.ts";

/** What a describe call asks of its pages. */
export interface PageRequest {
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/** The limits that one call sets on MaxResults. */
export interface PageLimits {
  readonly least: number;
  readonly most: number;
}

/** Without MaxResults EC2 answers everything at once. @throws AwsError InvalidParameterValue · InvalidNextToken */
export function pageOf<T>(items: readonly T[], request: PageRequest, limits: PageLimits): Page<T> {
  const { maxResults, nextToken } = request;
  if (maxResults !== undefined && (maxResults < limits.least || maxResults > limits.most)) {
    throw new AwsError(
      "InvalidParameterValue",
      `Value ( ${maxResults} ) for parameter maxResults is invalid. Expecting a value between ${limits.least} and ${limits.most}.`,
    );
  }
  const start = nextToken === undefined ? 0 : startOf(nextToken);
  const end = maxResults === undefined ? items.length : start + maxResults;
  const page = items.slice(start, end);
  return end < items.length ? { items: page, nextToken: tokenOf(end) } : { items: page };
}

const tokenOf = (start: number): string => Buffer.from(`moat-sandbox:${start}`).toString("base64url");

function startOf(nextToken: string): number {
  const start = /^moat-sandbox:(\d+)$/.exec(Buffer.from(nextToken, "base64url").toString())?.[1];
  if (start !== undefined) return Number(start);
  throw new AwsError("InvalidNextToken", `The token '${nextToken}' is invalid`);
}
