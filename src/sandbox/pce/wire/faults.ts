/** A request as fault predicates see it: method in capitals, path below `/api/v2` without the query. */
export interface FaultTarget {
  readonly method: string;
  readonly path: string;
}

/** What goes wrong. */
export type FaultAnswer =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly retryAfter?: number;
      readonly token?: string;
    }
  | { readonly kind: "html"; readonly status: number }
  | { readonly kind: "slow"; readonly delayMs: number }
  | { readonly kind: "truncated" }
  | { readonly kind: "disconnect" };

/** A fault to be met by requests that fit. */
export interface Fault {
  readonly when: (request: FaultTarget) => boolean;
  readonly answer: FaultAnswer;
  /** How many requests meet it; absent: all. */
  readonly times?: number;
  /** True: the request is carried out and only its answer is lost or replaced. */
  readonly afterwards?: boolean;
}

/** The faults in waiting. */
export interface FaultBoard {
  /** Adds a fault; the returned function takes it away again. */
  add(fault: Fault): () => void;
  /** Takes all faults away. */
  clear(): void;
  /** The fault that a request meets, counted as met. */
  take(request: FaultTarget): Fault | undefined;
  /** What went wrong so far, one entry a request that met a fault. */
  readonly met: readonly FaultAnswer[];
}

/** An empty board. */
export function createFaultBoard(): FaultBoard {
  const faults: { readonly fault: Fault; left: number }[] = [];
  const met: FaultAnswer[] = [];
  return {
    met,
    add(fault) {
      const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
      faults.push(entry);
      return () => {
        entry.left = 0;
      };
    },
    clear() {
      faults.length = 0;
    },
    take(request) {
      const found = faults.find((entry) => entry.left > 0 && entry.fault.when(request));
      if (found === undefined) return undefined;
      found.left -= 1;
      met.push(found.fault.answer);
      return found.fault;
    },
  };
}
