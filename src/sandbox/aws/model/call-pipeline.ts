import { AwsError, ConnectionFault } from "./aws-error.ts";
import type { CallEvent, CallOutcome, CallRecord, SandboxCall } from "./call.ts";
import type { SandboxClock } from "./clock.ts";
import { Faults } from "./faults.ts";
import { Throttle } from "./throttle.ts";
import type { ReadTime } from "./versioned-map.ts";

/** What every call passes on its way into the models: throttle, faults, listeners, log. */
export class CallPipeline {
  readonly faults: Faults;
  readonly throttle: Throttle;
  readonly log: CallRecord[] = [];
  readonly #clock: SandboxClock;
  readonly #readTime: ReadTime;
  readonly #listeners = new Set<(event: CallEvent) => void>();

  constructor(clock: SandboxClock, readTime: ReadTime, seed: number) {
    this.#clock = clock;
    this.#readTime = readTime;
    this.faults = new Faults(seed);
    this.throttle = new Throttle(clock);
  }

  /** Calls `listener` before and after each call takes effect. @returns a function that ends it */
  onCall(listener: (event: CallEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Carries one call out. `execute` starts synchronously once the call is let in, so a synchronous model is atomic.
   *
   * @throws AwsError what AWS answers instead · ConnectionFault when the connection breaks
   */
  async run<T>(call: SandboxCall, execute: () => T | Promise<T>): Promise<T> {
    const refusal = this.#refusal(call);
    if (refusal !== undefined) {
      this.#record(call, "notExecuted", refusal);
      throw refusal;
    }
    this.#tell({ phase: "before", call });
    const staleMs = this.faults.staleness(call);
    const outcome = await this.#execute(staleMs, execute);
    this.#tell({ phase: "after", call, outcome });
    const lost = outcome.kind === "ok" ? this.faults.strike(call, "after") : undefined;
    const failure = lost ?? (outcome.kind === "error" ? outcome.error : undefined);
    this.#record(call, outcome.kind, failure, staleMs);
    if (failure !== undefined) throw failure;
    return (outcome as { readonly output: T }).output;
  }

  #refusal(call: SandboxCall): Error | undefined {
    if (!this.throttle.take(call))
      return new AwsError("RequestLimitExceeded", "Request limit exceeded.", 503);
    return this.faults.strike(call, "before");
  }

  async #execute<T>(staleMs: number | undefined, execute: () => T | Promise<T>): Promise<CallOutcome> {
    const atMs = staleMs === undefined ? undefined : this.#clock.now() - staleMs;
    try {
      const result = this.#readTime.during(atMs, execute);
      return { kind: "ok", output: result instanceof Promise ? await result : result };
    } catch (error) {
      return { kind: "error", error: error instanceof Error ? error : new Error(String(error)) };
    }
  }

  #tell(event: CallEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #record(call: SandboxCall, tookEffect: CallRecord["tookEffect"], failure?: Error, staleMs?: number): void {
    const seen = failure === undefined ? "ok" : seenAs(failure);
    const stale = staleMs === undefined ? {} : { staleMs };
    this.log.push({ atMs: this.#clock.now(), call, tookEffect, seen, ...stale });
  }
}

function seenAs(failure: Error): string {
  if (failure instanceof AwsError) return failure.code;
  return failure instanceof ConnectionFault ? failure.kind : "InternalError";
}
