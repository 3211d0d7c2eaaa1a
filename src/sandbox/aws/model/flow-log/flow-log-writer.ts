import { type LoggingInterface, loggingInterface } from "../network/attempt.ts";
import { virtualNetwork } from "../network/virtual-network.ts";
import { partKey } from "../parts.ts";
import type { SandboxWorld } from "../region-state.ts";
import { s3Store } from "../s3/store.ts";
import { recordsOf } from "./aggregate.ts";
import { type DeliveredFile, deliverFile } from "./deliver-file.ts";
import { type InterfaceTraffic, trafficOfAttempt } from "./interface-traffic.ts";
import { SLOT_MS } from "./object-key.ts";
import type { FlowRecord, StatusRecord } from "./record.ts";
import { covers, type Subscription, s3Subscriptions, targetOf } from "./subscription.ts";

/** Traffic with the time up to which its records have been delivered. */
interface Pending {
  readonly traffic: InterfaceTraffic;
  readonly deliveredUntilMs: number;
}

/**
 * Delivers what the interfaces of the sandbox see to the flow logs that EC2 has: attempts of the network model and
 * traffic that a scenario describes. Nothing is delivered until {@link deliver} is called.
 */
export class FlowLogWriter {
  readonly #world: SandboxWorld;
  #pending: readonly Pending[] = [];
  #statuses: readonly StatusRecord[] = [];
  #attemptsRead = 0;
  #deliveredUntilMs = 0;
  /** Whether interfaces without traffic get a NODATA line an interval, as AWS writes them. */
  noData = true;
  /** On today's (Nitro) hosts no aggregation interval is longer than a minute, whatever the flow log asks for. */
  longestIntervalMs = 60_000;

  constructor(world: SandboxWorld) {
    this.#world = world;
  }

  /** Adds a conversation that an interface saw. */
  observe(...traffic: readonly InterfaceTraffic[]): void {
    const added = traffic.map((item) => ({ traffic: item, deliveredUntilMs: 0 }));
    this.#pending = [...this.#pending, ...added];
  }

  /** Adds a SKIPDATA line: records of this time were lost. */
  skipData(on: LoggingInterface, startMs: number, endMs: number): void {
    this.#statuses = [...this.#statuses, { logStatus: "SKIPDATA", on, startMs, endMs }];
  }

  /**
   * Writes one file a flow log and five-minute slot for every slot that is over. What comes in later for a slot that
   * has been delivered goes into a second file of it. Flow logs whose bucket does not exist get nothing.
   *
   * @param untilMs by default now; a later time delivers slots that are not over yet
   */
  deliver(untilMs: number = this.#world.clock.now()): readonly DeliveredFile[] {
    this.#readAttempts();
    const endMs = Math.floor(untilMs / SLOT_MS) * SLOT_MS;
    const files = s3Subscriptions(this.#world).flatMap((subscription) =>
      this.#deliverTo(subscription, endMs),
    );
    this.#pending = this.#pending
      .filter(({ traffic }) => traffic.endMs >= endMs)
      .map(({ traffic }) => ({ traffic, deliveredUntilMs: endMs }));
    this.#statuses = this.#statuses.filter((status) => status.endMs >= endMs);
    this.#deliveredUntilMs = Math.max(this.#deliveredUntilMs, endMs);
    return files;
  }

  #readAttempts(): void {
    const { attempts } = this.#world.part(virtualNetwork);
    this.observe(...attempts.slice(this.#attemptsRead).flatMap(trafficOfAttempt));
    this.#attemptsRead = attempts.length;
  }

  #deliverTo(subscription: Subscription, endMs: number): readonly DeliveredFile[] {
    const store = this.#world.part(s3Store);
    const target = targetOf(subscription);
    if (!store.hasBucket(target.bucket)) return [];
    const bySlot = Map.groupBy(this.#recordsFor(subscription, endMs), slotOf);
    const slots = [...bySlot].sort(([left], [right]) => left - right);
    return slots.map(([slotMs, records]) => deliverFile(store, target, slotMs, records));
  }

  #recordsFor(subscription: Subscription, endMs: number): readonly FlowRecord[] {
    const { log } = subscription;
    const intervalMs = Math.min(this.longestIntervalMs, log.maxAggregationInterval * 1000);
    const isDue = (record: FlowRecord): boolean => record.endMs < endMs && record.startMs >= log.createdAtMs;
    const seen = this.#pending
      .filter(({ traffic }) => covers(subscription, traffic.on))
      .flatMap(({ traffic, deliveredUntilMs }) =>
        recordsOf(traffic, intervalMs).filter((record) => record.endMs >= deliveredUntilMs && isDue(record)),
      );
    const skipped = this.#statuses.filter((status) => covers(subscription, status.on) && isDue(status));
    const wanted = seen.filter((record) => log.trafficType === "ALL" || record.action === log.trafficType);
    const silent = this.noData
      ? this.#silence(subscription, [...seen, ...skipped], { endMs, intervalMs })
      : [];
    return [...wanted, ...skipped, ...silent].sort((left, right) => left.endMs - right.endMs);
  }

  /** A NODATA line for each interval in which a covered interface saw nothing. */
  #silence(
    subscription: Subscription,
    seen: readonly FlowRecord[],
    { endMs, intervalMs }: { readonly endMs: number; readonly intervalMs: number },
  ): readonly StatusRecord[] {
    const { ec2, log } = subscription;
    const key = (interfaceId: string, atMs: number): string =>
      `${interfaceId} ${Math.floor(atMs / intervalMs)}`;
    const busy = new Set(seen.map((record) => key(record.on.interfaceId, record.startMs)));
    const fromMs = Math.ceil(Math.max(log.createdAtMs, this.#deliveredUntilMs) / intervalMs) * intervalMs;
    const count = Math.max(0, Math.floor((endMs - fromMs) / intervalMs));
    const starts = Array.from({ length: count }, (_, index) => fromMs + index * intervalMs);
    return ec2.interfaces
      .values()
      .map((eni) => loggingInterface({ ec2, eni }))
      .filter((on) => covers(subscription, on))
      .flatMap((on) =>
        starts
          .filter((startMs) => !busy.has(key(on.interfaceId, startMs)))
          .map((startMs) => ({ logStatus: "NODATA" as const, on, startMs, endMs: startMs + intervalMs - 1 })),
      );
  }
}

/** The writer of the whole sandbox: `world.part(flowLogWriter)`. */
export const flowLogWriter = partKey("flowLogWriter", (world: SandboxWorld) => new FlowLogWriter(world));

const slotOf = (record: FlowRecord): number => Math.floor(record.endMs / SLOT_MS) * SLOT_MS;
