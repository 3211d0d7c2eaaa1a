import type { Redact } from "./lambda-logger.ts";

/** Does some work and takes secrets out of what it throws: Lambda logs that as it is. */
export async function redacted<T>(redact: Redact, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(redact(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  }
}
