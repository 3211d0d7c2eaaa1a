import type { Logger } from "@aws-lambda-powertools/logger";
import type { AwsClients } from "../../adapters/aws/aws-clients.ts";
import { readS3Text } from "../../adapters/aws/s3-text.ts";
import type { S3Uri } from "../../adapters/aws/s3-uri.ts";
import { AwsFault } from "../../ports/aws-fault.ts";

/** Beside what is remembered. */
const FILE = "acknowledged.txt";

/**
 * Tokens of refusals that a person has overruled, from the file that they put beside the functions' memory: separated by
 * white space, with the rest of a line after `#` for people. A file that cannot be read overrules nothing.
 */
export async function acknowledgedTokens(
  clients: AwsClients,
  { bucket, prefix }: S3Uri,
  logger: Logger,
): Promise<readonly string[]> {
  const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  try {
    return tokensOf((await readS3Text(clients, { bucket, key: `${folder}${FILE}` })).text);
  } catch (error) {
    if (!(error instanceof AwsFault)) throw error;
    if (error.kind !== "notFound")
      logger.warn("acknowledgements not read", {
        code: error.code,
        operation: error.operation,
        fix: error.fix,
      });
    return [];
  }
}

/** The tokens of such a text, in its order. */
export const tokensOf = (text: string): readonly string[] =>
  text
    .split(/\r?\n/)
    .flatMap((line) => line.replace(/#.*$/, "").split(/\s+/))
    .filter((token) => token !== "");
