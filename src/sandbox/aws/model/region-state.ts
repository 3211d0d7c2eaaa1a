import { CallPipeline } from "./call-pipeline.ts";
import { ChangeFeed } from "./change-feed.ts";
import { SandboxClock } from "./clock.ts";
import { type PartKey, Parts } from "./parts.ts";
import { IdGenerator } from "./seeded-random.ts";
import { ReadTime } from "./versioned-map.ts";

/** How a sandbox starts; every field has a default. */
export interface WorldOptions {
  readonly clock?: SandboxClock;
  /** Decides every id and every drawn fault. */
  readonly seed?: number;
  /** The account of every access key that no AssumeRole minted. */
  readonly defaultAccountId?: string;
}

/** The account that callers are in unless their credentials say otherwise. */
export const DEFAULT_ACCOUNT_ID = "111122223333";

/**
 * All the state of one embedded AWS. Services hang their state in it as parts: regional ones on
 * {@link RegionState}, global ones (S3 bucket names, credentials) here.
 */
export class SandboxWorld {
  readonly clock: SandboxClock;
  readonly ids: IdGenerator;
  /** Ids of requests and events come from a generator of their own: one more read call changes no resource id. */
  readonly requestIds: IdGenerator;
  readonly readTime: ReadTime;
  readonly changes = new ChangeFeed();
  readonly calls: CallPipeline;
  readonly defaultAccountId: string;
  readonly #regions = new Map<string, RegionState>();
  readonly #parts = new Parts<SandboxWorld>(this);

  constructor(options: WorldOptions = {}) {
    const seed = options.seed ?? 1;
    this.clock = options.clock ?? new SandboxClock();
    this.ids = new IdGenerator(seed);
    this.requestIds = new IdGenerator(seed + 2);
    this.readTime = new ReadTime(this.clock);
    this.calls = new CallPipeline(this.clock, this.readTime, seed + 1);
    this.defaultAccountId = options.defaultAccountId ?? DEFAULT_ACCOUNT_ID;
  }

  /** The state of one account in one region, made empty on first use. */
  region(accountId: string, region: string): RegionState {
    const key = `${accountId}/${region}`;
    const known = this.#regions.get(key);
    if (known !== undefined) return known;
    const made = new RegionState(this, accountId, region);
    this.#regions.set(key, made);
    return made;
  }

  /** Every account and region used so far. */
  regions(): readonly RegionState[] {
    return [...this.#regions.values()];
  }

  /** A global piece of state, made on first use. */
  part<T>(key: PartKey<SandboxWorld, T>): T {
    return this.#parts.get(key);
  }
}

/** One account in one region. AWS isolates nearly everything along this line. */
export class RegionState {
  readonly world: SandboxWorld;
  readonly accountId: string;
  readonly region: string;
  readonly #parts = new Parts<RegionState>(this);

  constructor(world: SandboxWorld, accountId: string, region: string) {
    this.world = world;
    this.accountId = accountId;
    this.region = region;
  }

  get clock(): SandboxClock {
    return this.world.clock;
  }

  get ids(): IdGenerator {
    return this.world.ids;
  }

  /** A regional piece of state, made on first use: `region.part(ec2State)`. */
  part<T>(key: PartKey<RegionState, T>): T {
    return this.#parts.get(key);
  }

  /** `arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE` */
  arn(service: string, resource: string): string {
    return `arn:aws:${service}:${this.region}:${this.accountId}:${resource}`;
  }

  /** Tells the observers of the world that an object here changed. */
  changed(kind: string, id: string): void {
    this.world.changes.emit({ accountId: this.accountId, region: this.region, kind, id });
  }
}
