import { Logger } from "@aws-lambda-powertools/logger";

/** Variables whose values no log line may show. AWS repeats signed headers in some refusals. */
const SECRET_VARIABLES = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
const STARS = "[redacted]";

/** Takes the secrets of an environment out of a text. */
export type Redact = (text: string) => string;

/** Loggers of the function, and what they do to each text. */
export interface LambdaLoggers {
  readonly logger: Logger;
  /** Logs at INFO whatever level is set: a write that is not recorded is not made. */
  readonly audit: Logger;
  readonly redact: Redact;
}

/** Makes the loggers: JSON lines with the request's id, the cold start, and no secret of the environment. */
export function lambdaLoggers(env: NodeJS.ProcessEnv, serviceName = "moat-ingest"): LambdaLoggers {
  const secrets = SECRET_VARIABLES.map((name) => env[name] ?? "").filter((secret) => secret !== "");
  const redact: Redact = (text) => secrets.reduce((kept, secret) => kept.replaceAll(secret, STARS), text);
  const logger = new Logger({
    serviceName,
    jsonReplacerFn: (_key, value) => (typeof value === "string" ? redact(value) : value),
  });
  return { logger, audit: logger.createChild({ logLevel: "INFO" }), redact };
}
