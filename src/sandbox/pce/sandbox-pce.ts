import { addDefaultObjects } from "./model/defaults.ts";
import { createIdSource, type IdSource } from "./model/ids.ts";
import { createSeed, type PceSeed } from "./model/seed.ts";
import {
  type Credential,
  createState,
  type PceState,
  type PceSwitches,
  type ReceivedFlow,
} from "./model/state.ts";
import { type Decision, decide, type Packet } from "./policy/decide.ts";
import { readWorld } from "./policy/world.ts";
import { createFaultBoard, type FaultBoard } from "./wire/faults.ts";
import { createRateLimiter, type RateLimiter } from "./wire/rate-limiter.ts";

/** How a sandbox PCE starts; everything has a default. */
export interface SandboxPceOptions {
  /** Organisation; default `1`. */
  readonly orgId?: string | number;
  /** Milliseconds since 1970; default the clock of the machine. */
  readonly now?: () => number;
  /** Seed of the ids; same seed and same calls, same ids. Default 1. */
  readonly seed?: number;
  /** True: integer ids of 17 digits. */
  readonly bigIds?: boolean;
  /** API keys that may log in; default one, see {@link SANDBOX_KEY}. */
  readonly credentials?: readonly Credential[];
  /** Switches that differ from their defaults. */
  readonly switches?: Partial<PceSwitches>;
}

/** A PCE in this process. */
export interface SandboxPce {
  readonly state: PceState;
  /** May be changed at any time. */
  readonly switches: PceSwitches;
  readonly faults: FaultBoard;
  readonly rateLimiter: RateLimiter;
  /** Apart from the ids of objects, so that reads do not change those. */
  readonly requestIds: IdSource;
  /** Makes objects for scenarios through the same functions as the API. */
  readonly seed: PceSeed;
  /** Flows uploaded so far, as received. */
  readonly receivedFlows: readonly ReceivedFlow[];
  /**
   * What the policy says about packets, as of now; take a new one after a change.
   *
   * @param version `active` (default), `draft` or a version number; an unknown one throws
   */
  judge(version?: string): (packet: Packet) => Decision;
}

/** The API key of a sandbox that was given none. */
export const SANDBOX_KEY: Credential = {
  keyId: "sandbox",
  secret: "sandbox-secret",
  userHref: "/users/1",
  username: "admin@sandbox.test",
};

/** The behaviour that documentation and live reports describe. */
const DEFAULT_SWITCHES: PceSwitches = {
  requestsPerMinute: 500,
  retryAfterOn429: undefined,
  capAt500: true,
  totalCountIsFiltered: false,
  jobRetryAfterSeconds: 5,
  jobPolls: 0,
  failJobs: 0,
  absoluteJobLocation: false,
  bulkMilliseconds: 0,
  publicIpIsAddress: false,
};

/** Creates a PCE with the objects that every fresh organisation has, provisioned as version 1. */
export function createSandboxPce(options: SandboxPceOptions = {}): SandboxPce {
  const credentials = options.credentials ?? [SANDBOX_KEY];
  const state = createState({
    orgId: String(options.orgId ?? 1),
    ids: createIdSource(options.seed ?? 1, options.bigIds ?? false),
    now: options.now ?? Date.now,
    switches: { ...DEFAULT_SWITCHES, ...options.switches },
    credentials,
  });
  addDefaultObjects(state);
  const user = credentials[0] ?? SANDBOX_KEY;
  return {
    state,
    switches: state.switches,
    faults: createFaultBoard(),
    rateLimiter: createRateLimiter(),
    requestIds: createIdSource((options.seed ?? 1) + 1, false),
    seed: createSeed(state, { userHref: user.userHref, username: user.username }),
    receivedFlows: state.receivedFlows,
    judge: (version = "active") => {
      const world = readWorld(state, version);
      if (world === undefined) throw new Error(`No policy version "${version}"`);
      return (packet) => decide(world, packet);
    },
  };
}
