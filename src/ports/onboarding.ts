import type { FlowLog, FlowLogScope } from "../core/onboard/flow-log.ts";
import type { PceChange, PceState } from "../core/onboard/pce-state.ts";
import type { OnboardingItem } from "./audit-log.ts";

/** A subscription that was not made or not taken away, and what the service said. */
export interface RefusedSubscription {
  /** The resource, or the subscription. */
  readonly id: string;
  readonly problem: string;
}

/** Flow-log subscriptions of one account and region. Each call throws {@link AwsFault} when it fails as a whole. */
export interface FlowLogSubscriptions {
  read(): Promise<readonly FlowLog[]>;
  create(wanted: {
    readonly scope: FlowLogScope;
    readonly resourceIds: readonly string[];
    readonly bucket: string;
    readonly format: string;
    readonly owner: string;
  }): Promise<readonly RefusedSubscription[]>;
  remove(flowLogIds: readonly string[]): Promise<readonly RefusedSubscription[]>;
}

/** One call that writes to a PCE. */
export interface PceWrite {
  /** `PUT workloads/bulk_create`. */
  readonly action: string;
  readonly items: readonly OnboardingItem[];
}

/** The objects of a PCE that stand for databases. Each call throws {@link PolicyFault} when it fails as a whole. */
export interface PceObjects {
  readonly name: string;
  read(): Promise<PceState>;
  /**
   * Writes what can be written now: bindings need their virtual service provisioned, so that they come with the next
   * look.
   *
   * @returns what the PCE refused of it, one line each
   */
  write(change: PceChange, set: string): Promise<readonly string[]>;
}
