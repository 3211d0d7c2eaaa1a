import type { CallEvent, CallRecord } from "./model/call.ts";
import type { SandboxClock } from "./model/clock.ts";
import { type CloudTrail, trailOf } from "./model/cloud-trail.ts";
import { type CredentialTable, credentialTable } from "./model/credentials.ts";
import { type Ec2State, ec2State } from "./model/ec2/ec2-state.ts";
import type { Faults } from "./model/faults.ts";
import { type FlowLogWriter, flowLogWriter } from "./model/flow-log/flow-log-writer.ts";
import { type VirtualNetwork, virtualNetwork } from "./model/network/virtual-network.ts";
import type { RdsRegion } from "./model/rds/region.ts";
import { rdsOf } from "./model/rds/state.ts";
import { type RegionState, SandboxWorld, type WorldOptions } from "./model/region-state.ts";
import { type S3Notifier, s3Notifier } from "./model/s3/notify.ts";
import { type S3Store, s3Store } from "./model/s3/store.ts";
import { type SecretsManager, secretsManager } from "./model/secrets-manager.ts";
import { type SqsRegion, sqsState } from "./model/sqs/sqs-region.ts";
import { type RoleTable, roleTable } from "./model/sts.ts";
import type { Throttle } from "./model/throttle.ts";
import { type Seed, seedOf } from "./seed/seed.ts";
import { type Dispatch, dispatcher } from "./wire/dispatch.ts";
import type { WireService } from "./wire/service.ts";
import { allServices } from "./wire/services.ts";

export interface SandboxAwsOptions extends WorldOptions {
  /** What `sandbox.seed` and `sandbox.ec2` mean unless told otherwise. */
  readonly region?: string;
}

/** One embedded AWS: any number of accounts and regions, all in this process. */
export interface SandboxAws {
  readonly world: SandboxWorld;
  readonly clock: SandboxClock;
  /** Creates objects directly, without calls, faults or events; in the default account and region. */
  readonly seed: Seed;
  /** The same for another account or region. */
  seedIn(accountId: string, region: string): Seed;
  /** Who reaches whom, now. */
  readonly network: VirtualNetwork;
  readonly cloudTrail: CloudTrail;
  readonly faults: Faults;
  readonly throttle: Throttle;
  readonly roles: RoleTable;
  /** Which account and principal an access key belongs to. */
  readonly credentials: CredentialTable;
  /** Every call so far, with what took effect and what the client saw. */
  readonly calls: readonly CallRecord[];
  onCall(listener: (event: CallEvent) => void): () => void;
  /** State of one account and region, by default the default ones. */
  region(accountId?: string, region?: string): RegionState;
  ec2(accountId?: string, region?: string): Ec2State;
  rds(accountId?: string, region?: string): RdsRegion;
  sqs(accountId?: string, region?: string): SqsRegion;
  secrets(accountId?: string, region?: string): SecretsManager;
  /** Buckets of all accounts and regions. */
  readonly s3: S3Store;
  readonly s3Notifications: S3Notifier;
  /** Turns what the network saw into flow-log objects in S3: `sandbox.flowLogs.deliver()`. */
  readonly flowLogs: FlowLogWriter;
  /** A service by the name of the credential scope, e.g. `ec2`. */
  service(name: string): WireService | undefined;
  /** Answers one HTTP request; rejects with ConnectionFault when a fault breaks the connection. */
  readonly handle: Dispatch;
}

/** Makes an empty AWS. Same options, same calls: same ids and same answers. */
export function createSandboxAws(options: SandboxAwsOptions = {}): SandboxAws {
  const world = new SandboxWorld(options);
  const services = allServices(world);
  const home = options.region ?? "eu-west-1";
  const region = (accountId = world.defaultAccountId, name = home) => world.region(accountId, name);
  return {
    world,
    clock: world.clock,
    seed: seedOf(region()),
    seedIn: (accountId, name) => seedOf(region(accountId, name)),
    network: world.part(virtualNetwork),
    cloudTrail: world.part(trailOf),
    faults: world.calls.faults,
    throttle: world.calls.throttle,
    roles: world.part(roleTable),
    credentials: world.part(credentialTable),
    calls: world.calls.log,
    onCall: (listener) => world.calls.onCall(listener),
    region,
    ec2: (accountId, name) => region(accountId, name).part(ec2State),
    rds: (accountId, name) => rdsOf(region(accountId, name)),
    s3: world.part(s3Store),
    flowLogs: world.part(flowLogWriter),
    sqs: (accountId, name) => region(accountId, name).part(sqsState),
    secrets: (accountId, name) => region(accountId, name).part(secretsManager),
    s3Notifications: world.part(s3Notifier),
    service: (name) => services.find((service) => service.name === name),
    handle: dispatcher(world, services),
  };
}
