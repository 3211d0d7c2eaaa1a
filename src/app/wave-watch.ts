import { knownDatabases } from "../core/flow/known-databases.ts";
import { type Attempts, attemptsAt, type RisenReject, risenRejects } from "../core/guard/risen-rejects.ts";
import type { WaveWatchSettings } from "../core/guard/waves.ts";
import type { DatabaseAddress } from "../core/inventory/database-addresses.ts";
import type { Plan } from "../core/plan/plan.ts";
import type { Traffic } from "./read-traffic.ts";

/** The flow logs that tell how clients fare. */
export interface RecentFlows {
  /** What was read before the run. */
  readonly before: () => Promise<Traffic | undefined>;
  /** What came since the last call. */
  readonly next: () => Promise<Traffic>;
  /** Where the databases answer. */
  readonly addresses: () => readonly DatabaseAddress[];
}

/** Compares how clients fare at changed databases with how they fared before the first wave. */
export class WaveWatch {
  readonly settings: WaveWatchSettings;
  readonly #flows: RecentFlows;
  #before: readonly Attempts[] = [];
  #now: readonly Attempts[] = [];
  /** Seconds since 1970 when the change of a database was over, by ARN. */
  readonly #changed = new Map<string, number>();
  /** Flow-log objects that came since the first wave. */
  objects = 0;

  constructor(flows: RecentFlows, settings: WaveWatchSettings) {
    this.#flows = flows;
    this.settings = settings;
  }

  /** Takes all that there is until now as how things were. */
  async begin(): Promise<void> {
    const parts = [await this.#flows.before(), await this.#flows.next()];
    this.#before = parts.flatMap((traffic) => (traffic === undefined ? [] : this.#attempts(traffic)));
  }

  /** From the next second on, what a database refuses is refused by what was changed. */
  changed(arn: string, nowMs: number): void {
    this.#changed.set(arn, Math.ceil(nowMs / 1000));
  }

  /** Reads what came, and says who is refused more than before at the databases changed so far. */
  async look(plan: Plan): Promise<readonly RisenReject[]> {
    const traffic = await this.#flows.next();
    this.objects += traffic.table.input.objects;
    this.#now = [...this.#now, ...this.#attempts(traffic, this.#changed)];
    return risenRejects(this.#before, this.#now, plan.databases, { most: this.settings.mostRejects });
  }

  #attempts({ table }: Traffic, since?: ReadonlyMap<string, number>): readonly Attempts[] {
    const addresses = this.#flows.addresses();
    const known = knownDatabases(addresses.map((a) => ({ ...a, database: a.id })));
    return attemptsAt(table.conversations(known), addresses, since);
  }
}
