import type { FinalizeRequestMiddleware, MiddlewareStack } from "@smithy/types";
import {
  type BucketLevel,
  type BudgetedCall,
  bucketKey,
  reserveCall,
  slowedDown,
} from "../../core/budget/call-budget.ts";
import type { Clock } from "../../ports/clock.ts";
import { toAwsFault } from "./aws-call.ts";

/** Holds calls back until the budget has room for them. One meter serves everything that a process asks of AWS. */
export interface CallMeter {
  /** Resolves when the call may be made. Calls of one bucket pass in the order in which they came. */
  pass(call: BudgetedCall): Promise<void>;
  /** Tells that AWS refused a call for its rate although it had passed: the calls that follow come at a slower pace. */
  refused(call: BudgetedCall): void;
}

/** Percent of AWS's own rate that Moat takes unless told otherwise: the account's other tools share the buckets. */
export const DEFAULT_CALL_PERCENT = 20;

/**
 * A meter with full buckets.
 *
 * @param percent of the capacity and of the refill of each of AWS's buckets; more than 0, at most 100
 */
export function callMeter({
  percent,
  clock,
}: {
  readonly percent: number;
  readonly clock: Clock;
}): CallMeter {
  const share = percent / 100;
  const levels = new Map<string, BucketLevel>();
  return {
    async pass(call) {
      const key = bucketKey(call);
      const { level, waitMs } = reserveCall(levels.get(key), call.operation, { share, nowMs: clock.now() });
      levels.set(key, level);
      if (waitMs > 0) await clock.sleep(waitMs);
    },
    refused(call) {
      const key = bucketKey(call);
      levels.set(key, slowedDown(levels.get(key), call.operation, { share, nowMs: clock.now() }));
    },
  };
}

/** An SDK client, as far as metering it goes. */
export interface Meterable<Input extends object, Output extends object> {
  readonly config: { readonly region: () => Promise<string> };
  readonly middlewareStack: MiddlewareStack<Input, Output>;
}

/** Whose calls a meter counts together, but for their names. */
export interface MeteredCaller {
  /** Prefix of the IAM actions, e.g. `ec2`. */
  readonly service: string;
  /** As far as it is known; it tells buckets apart, and nothing else. */
  readonly accountId: string;
  readonly region: () => Promise<string>;
}

/** Sends each request of a client through a meter, repetitions too: AWS counts those like any other. */
export function meterClient<Input extends object, Output extends object>(
  client: Meterable<Input, Output>,
  service: string,
  accountId: string,
  meter: CallMeter,
): void {
  meterStack(client.middlewareStack, { service, accountId, region: () => client.config.region() }, meter);
}

/** As {@link meterClient}, for a client that somebody else makes. */
export function meterStack<Input extends object, Output extends object>(
  stack: MiddlewareStack<Input, Output>,
  { service, accountId, region }: MeteredCaller,
  meter: CallMeter,
): void {
  const metered: FinalizeRequestMiddleware<Input, Output> =
    (next, { commandName = "" }) =>
    async (args) => {
      const operation = `${service}:${commandName.replace(/Command$/, "")}`;
      const call = { accountId, region: await region(), operation };
      await meter.pass(call);
      try {
        return await next(args);
      } catch (error) {
        if (toAwsFault(error, operation).kind === "throttled") meter.refused(call);
        throw error;
      }
    };
  stack.addRelativeTo(
    metered,
    // Inside the loop of repetitions, and before the signature, whose time must not be old when the request leaves.
    // The SDK adds the middleware of whoever takes a role again at each renewal, to the same client.
    { name: "moatCallMeter", relation: "before", toMiddleware: "httpSigningMiddleware", override: true },
  );
}
