import { AwsError, ConnectionFault } from "./aws-error.ts";
import type { SandboxCall } from "./call.ts";
import { type Random, seededRandom } from "./seeded-random.ts";

/** Which calls a fault or a stale read strikes; absent parts match everything. */
export interface CallMatch {
  readonly service?: string;
  readonly operation?: string;
  readonly predicate?: (call: SandboxCall) => boolean;
}

/** Something that goes wrong. `after` means that the call took effect and only its answer is lost. */
export interface Fault {
  readonly match: CallMatch;
  readonly when: "before" | "after";
  readonly error:
    | { readonly code: string; readonly httpStatus: number; readonly message: string }
    | "connectionReset"
    | "timeout";
  /** Strikes so many times, then is spent. Absent: for ever. */
  readonly times?: number;
  /** Between 0 and 1, drawn from the seeded generator. Absent: always. */
  readonly probability?: number;
}

/** Matching describe calls answer the state of `ageMs` ago. */
export interface StaleRead {
  readonly match: CallMatch;
  readonly ageMs: number;
  readonly times?: number;
  readonly probability?: number;
}

interface Switch<T> {
  readonly spec: T;
  left: number;
}

type Strike = { readonly match: CallMatch; readonly times?: number; readonly probability?: number };

/** The switchboard of faults. Everything is off until a test switches it on. */
export class Faults {
  readonly #random: Random;
  #faults: Switch<Fault>[] = [];
  #staleReads: Switch<StaleRead>[] = [];

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** @returns a function that switches this fault off */
  add(fault: Fault): () => void {
    const entry = { spec: fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.#faults.push(entry);
    return () => {
      this.#faults = this.#faults.filter((other) => other !== entry);
    };
  }

  /** @returns a function that switches these stale reads off */
  addStaleRead(stale: StaleRead): () => void {
    const entry = { spec: stale, left: stale.times ?? Number.POSITIVE_INFINITY };
    this.#staleReads.push(entry);
    return () => {
      this.#staleReads = this.#staleReads.filter((other) => other !== entry);
    };
  }

  clear(): void {
    this.#faults = [];
    this.#staleReads = [];
  }

  /** The error that strikes this call now, if any; each strike is counted. */
  strike(call: SandboxCall, when: "before" | "after"): AwsError | ConnectionFault | undefined {
    const hit = this.#faults.find((entry) => entry.spec.when === when && this.#strikes(entry, call));
    if (hit === undefined) return undefined;
    const { error } = hit.spec;
    if (typeof error === "string") return new ConnectionFault(error);
    return new AwsError(error.code, error.message, error.httpStatus);
  }

  /** How far in the past this read looks, in milliseconds, or undefined for the present. */
  staleness(call: SandboxCall): number | undefined {
    if (call.isWrite) return undefined;
    return this.#staleReads.find((entry) => this.#strikes(entry, call))?.spec.ageMs;
  }

  #strikes(entry: Switch<Strike>, call: SandboxCall): boolean {
    if (entry.left <= 0 || !matchesCall(entry.spec.match, call)) return false;
    if (entry.spec.probability !== undefined && this.#random() >= entry.spec.probability) return false;
    entry.left -= 1;
    return true;
  }
}

function matchesCall(match: CallMatch, call: SandboxCall): boolean {
  if (match.service !== undefined && match.service !== call.context.service) return false;
  if (match.operation !== undefined && match.operation !== call.operation) return false;
  return match.predicate === undefined || match.predicate(call);
}
