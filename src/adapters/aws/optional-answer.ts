import type { Diagnostic } from "../../core/diagnostic.ts";
import { AwsFault, type AwsFaultKind } from "../../ports/aws-fault.ts";

/** Kinds that say nothing about this one call: the whole read has failed. */
const WHOLE_READ: ReadonlySet<AwsFaultKind> = new Set([
  "credentials",
  "throttled",
  "unreachable",
  "unavailable",
]);

/**
 * The answer, or the fault of a call that Moat can do without. Credentials, throttling and an AWS that does not answer
 * are thrown on: half an inventory is none.
 */
export async function optionalAnswer<T>(
  call: () => Promise<T>,
): Promise<{ readonly answer: T } | { readonly fault: AwsFault }> {
  try {
    return { answer: await call() };
  } catch (error) {
    if (error instanceof AwsFault && !WHOLE_READ.has(error.kind)) return { fault: error };
    throw error;
  }
}

/** The finding for an answer that is missing; `loss` is what Moat cannot see without it. */
export function missingAnswer(code: string, fault: AwsFault, loss: string): Diagnostic {
  return { code, what: fault.message, why: loss, fix: fault.fix };
}

/** Runs the call for each item, a few at a time, and keeps their order. */
export async function eachOf<T, R>(
  items: readonly T[],
  call: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const AT_ONCE = 5;
  const results: R[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(call))));
  }
  return results;
}
