import type { PriceName } from "./prices.ts";

/** What one run of a function took: see bench/cloud.bench.ts. */
export interface MeasuredRun {
  readonly ms: number;
  readonly cpuMs: number;
  /** Calls of AWS, all services together. */
  readonly calls: number;
  readonly s3Get: number;
  readonly s3Put: number;
  readonly logBytes: number;
  /** Most memory of its process. */
  readonly peakMiB: number;
}

/** The functions on an estate of one size. */
export interface MeasuredEstate {
  /** Memory of the functions; what the estate's largest run needed had to fit. */
  readonly memoryMb: number;
  readonly sweep: MeasuredRun;
  readonly reconcile: MeasuredRun;
  /** A run that asks AWS what there is, and one that knows it from less than a minute ago. */
  readonly ingest: MeasuredRun;
  readonly ingestWarm: MeasuredRun;
  /** What one beat of the heartbeat takes: made, noticed, undone. */
  readonly beat: {
    readonly heartbeat: MeasuredRun;
    readonly sweep: MeasuredRun;
    readonly reconcile: MeasuredRun;
  };
  /** Size of one database's flow-log object of five minutes. */
  readonly objectGzipBytes: number;
}

/** Requests of runs in the bucket `State`: see bench/cloud-state.bench.ts. */
export interface StateRequests {
  /** Calls of AWS, all services together. */
  readonly calls: number;
  readonly s3Get: number;
  /** PUT and LIST, which cost the same. */
  readonly s3Put: number;
  readonly logBytes: number;
}

/** What the functions keep and ask, which does not depend on how many databases there are. */
export interface MeasuredState {
  /** By how much a `reconcile` that changes something is dearer than one that finds all in order. */
  readonly change: StateRequests & { readonly recordBytes: number };
  /** By how much waves make a run dearer. */
  readonly wavesOfSweep: StateRequests;
  readonly wavesOfReconcile: StateRequests;
  /** By how much the ledger of uploads makes an `ingest` dearer. */
  readonly ledger: StateRequests;
  /** Size of a day of one database in the history, once it is one file. */
  readonly dayBytes: number;
  /** Computing and waiting for one small file of the history while it is put together with the others of its day. */
  readonly msOfASmallFile: number;
}

/** What is assumed of an estate; the page says so, and whoever's differs puts other figures in. */
export const ASSUMED = {
  hoursOfAMonth: 730,
  /** Of the template. */
  sweepMinutes: 5,
  /** The heartbeat's, where it is wanted. */
  beatMinutes: 15,
  /** For so long a function that runs again knows what there is in AWS. */
  knownMinutes: 1,
  /** A hundred connections that are always open: a record each way and minute, 150 bytes in the rich format. */
  linesOfAnObject: 1_000,
  bytesOfALine: 150,
  /** Each database is brought to a new policy, or repaired, so often a month: once a day. */
  reconcilesOfADatabase: 30,
  /** Events of CloudTrail and RDS that start a sweep, per database and month. */
  eventsOfADatabase: 3,
  /** Round trip of a call to AWS, which the sandbox does not have. As if none ran beside another. */
  callMs: 50,
  /** Lambda gives one core to a function of so much memory, and less to a smaller one. */
  memoryOfACoreMb: 1_769,
  /** What Lambda itself writes to the log for each run. */
  platformLogBytes: 400,
  /** At most; the template has fewer. */
  alarms: 20,
  metrics: 24,
  dashboards: 1,
  secrets: 2,
  /** An environment of a function reads its secret once, and lives for minutes. */
  secretCalls: 26_280,
  /** Days that the template keeps flow-log objects, and months that it keeps logs. */
  objectDays: 30,
  logMonths: 3,
  /** Days of the history; records of writes are kept for ever, here for a year. */
  historyDays: 400,
  recordMonths: 12,
} as const;

/** Lambda keeps five long polls of twenty seconds open on a queue, each of which makes batches of its own. */
const POLLERS = 5;
const POLLS_OF_AN_HOUR = POLLERS * 180;
/** The template's batching window of flow-log objects, in seconds, and the most objects of a batch. */
const WINDOW_S = 5;
const MAX_BATCH = 10;
/** AWS delivers what a flow log has seen every five minutes. */
const DELIVERY_S = 300;
/** X-Ray takes the first run of each second and a twentieth of the others. */
const TRACED_SHARE = 0.05;
const GB = 1e9;
const MB_OF_A_GB = 1_024;

/** How many objects one run of `ingest` gets when each database has a flow log of its own. */
export const objectsOfABatch = (databases: number): number =>
  Math.max(1, Math.min(MAX_BATCH, Math.floor((databases * WINDOW_S) / DELIVERY_S / POLLERS)));

/** How many of something are used in a month, and how it comes to that many. */
export interface Usage {
  readonly part:
    | "flow logs"
    | "ingest"
    | "sweep"
    | "reconcile"
    | "heartbeat"
    | "state"
    | "watching"
    | "secrets";
  readonly price: PriceName;
  readonly count: number;
  readonly how: string;
}

/**
 * Milliseconds that Lambda bills for a run: what it waited, what its calls take on the way, and its computing at the
 * share of a core that its memory buys.
 */
export function billedMs({ ms, cpuMs, calls }: MeasuredRun, memoryMb: number): number {
  const slower = Math.max(1, ASSUMED.memoryOfACoreMb / memoryMb);
  return Math.max(0, ms - cpuMs) + calls * ASSUMED.callMs + cpuMs * slower;
}

/** Everything that an installation uses in a month, by part and price. */
export function usageOf(databases: number, estate: MeasuredEstate, state: MeasuredState): readonly Usage[] {
  const hours = ASSUMED.hoursOfAMonth;
  const objects = (databases * hours * 3_600) / DELIVERY_S;
  const batch = objectsOfABatch(databases);
  const ingests = objects / batch;
  const asking = askingRuns(ingests, estate);
  const beats = (hours * 60) / ASSUMED.beatMinutes;
  const events = databases * ASSUMED.eventsOfADatabase;
  const sweeps = (hours * 60) / ASSUMED.sweepMinutes + events;
  const reconciles = databases * ASSUMED.reconcilesOfADatabase;
  const polls = hours * POLLS_OF_AN_HOUR;
  return [
    ...flowLogs(objects, estate),
    use("flow logs", "optInEvent", objects, "an event for each object"),
    use(
      "ingest",
      "sqsStandard",
      objects + 2 * ingests + polls,
      `sent ${n(objects)}, taken and deleted ${n(2 * ingests)}, polls ${n(polls)}`,
    ),
    ...runs("ingest", asking, estate.ingest, estate.memoryMb, `${batch} objects a run, asking what there is`),
    ...runs(
      "ingest",
      ingests - asking,
      estate.ingestWarm,
      estate.memoryMb,
      `${batch} objects a run, knowing it`,
    ),
    use(
      "sweep",
      "sqsStandard",
      3 * events + polls,
      `${n(events)} events sent, taken, deleted; polls ${n(polls)}`,
    ),
    ...runs("sweep", sweeps, estate.sweep, estate.memoryMb, "every 5 minutes, and for each event"),
    use(
      "reconcile",
      "sqsFifo",
      3 * reconciles + polls,
      `${n(reconciles)} sent, taken, deleted; polls ${n(polls)}`,
    ),
    ...runs("reconcile", reconciles, estate.reconcile, estate.memoryMb, "once a day for each database"),
    ...heartbeat(beats, estate),
    ...kept(databases, state, { objects, ingests, sweeps, reconciles, memoryMb: estate.memoryMb }),
    use(
      "watching",
      "trace",
      [ingests, sweeps + 2 * beats, reconciles + beats, beats].reduce((sum, count) => sum + traced(count), 0),
      "one a second, and 5 % of the rest",
    ),
    use("watching", "metric", ASSUMED.metrics, "at most"),
    use("watching", "alarm", ASSUMED.alarms, "at most"),
    use("watching", "dashboard", ASSUMED.dashboards, ""),
    use("secrets", "secret", ASSUMED.secrets, "the PCE's key and the webhook's address"),
    use("secrets", "secretCall", ASSUMED.secretCalls, "each function, every five minutes"),
  ];
}

/**
 * Runs of `ingest` that ask what there is: each environment of the function once a minute. There are as many as runs go
 * on side by side.
 */
export function askingRuns(ingests: number, { ingestWarm, memoryMb }: MeasuredEstate): number {
  const minutes = (ASSUMED.hoursOfAMonth * 60) / ASSUMED.knownMinutes;
  const sideBySide = (ingests * billedMs(ingestWarm, memoryMb)) / (ASSUMED.hoursOfAMonth * 3_600_000);
  return Math.min(ingests, minutes * Math.max(1, Math.ceil(sideBySide)));
}

/** Each beat is one event of CloudTrail, and its repair another, which is looked at and is no news. */
function heartbeat(beats: number, { beat, memoryMb }: MeasuredEstate): readonly Usage[] {
  return [
    ...runs("heartbeat", beats, beat.heartbeat, memoryMb, "a beat every 15 minutes"),
    ...runs("heartbeat", 2 * beats, beat.sweep, memoryMb, "the beat and its repair are noticed"),
    ...runs("heartbeat", beats, beat.reconcile, memoryMb, "the beat is undone"),
    use("heartbeat", "sqsStandard", 6 * beats, "two events sent, taken, deleted"),
    use("heartbeat", "sqsFifo", 3 * beats, "one message sent, taken, deleted"),
  ];
}

/** Names that one LIST tells. */
const NAMES_OF_A_PAGE = 1_000;

/** What lies in the bucket `State`: memory, waves, records of writes, the ledger of uploads, the history. */
function kept(
  databases: number,
  { change, wavesOfSweep, wavesOfReconcile, ledger, dayBytes, msOfASmallFile }: MeasuredState,
  runs: Readonly<Record<"objects" | "ingests" | "sweeps" | "reconciles" | "memoryMb", number>>,
): readonly Usage[] {
  const { objects, memoryMb } = runs;
  const hours = ASSUMED.hoursOfAMonth;
  const small = (objects * msOfASmallFile * memoryMb) / MB_OF_A_GB / 1_000;
  return [
    ...more(runs.reconciles, change, memoryMb, "a change: who would lose access, records, memory, incidents"),
    use(
      "state",
      "s3Month",
      (runs.reconciles * change.recordBytes * ASSUMED.recordMonths) / GB,
      `records: ${n(change.recordBytes)} bytes a change, after a year`,
    ),
    ...more(runs.reconciles, wavesOfReconcile, memoryMb, "how far the waves are, for each reconcile"),
    ...more(runs.sweeps, wavesOfSweep, memoryMb, "how far the waves are, for each sweep"),
    ...more(runs.ingests, ledger, memoryMb, "what was uploaded, for each ingest"),
    use("state", "s3Get", objects, "history: each object's small file is read once"),
    use(
      "state",
      "s3Put",
      hours + (2 * objects) / NAMES_OF_A_PAGE,
      "history: listed every hour, each small file twice",
    ),
    use("state", "lambdaGbSecond", small, `history: ${n(objects)} × ${msOfASmallFile} ms × ${memoryMb} MB`),
    use(
      "state",
      "s3Month",
      (databases * ASSUMED.historyDays * dayBytes) / GB,
      `history: ${ASSUMED.historyDays} days × ${n(dayBytes)} bytes for each database`,
    ),
  ];
}

/** What runs that are counted elsewhere need on top. */
const more = (
  count: number,
  { calls, s3Get, s3Put, logBytes }: StateRequests,
  memoryMb: number,
  what: string,
): readonly Usage[] =>
  [
    use("state", "s3Get", count * s3Get, `${what}: ${s3Get} a run`),
    use("state", "s3Put", count * s3Put, `${what}: ${s3Put} a run`),
    use(
      "state",
      "lambdaGbSecond",
      (count * calls * ASSUMED.callMs * memoryMb) / MB_OF_A_GB / 1_000,
      `${what}: ${n(count)} × ${calls} calls × ${ASSUMED.callMs} ms × ${memoryMb} MB`,
    ),
    use("state", "logIntake", (count * logBytes) / GB, `${what}: ${n(logBytes)} bytes a run`),
  ].filter((used) => used.count > 0);

function flowLogs(objects: number, { objectGzipBytes }: MeasuredEstate): readonly Usage[] {
  const { linesOfAnObject, bytesOfALine, objectDays, hoursOfAMonth } = ASSUMED;
  const bytes = linesOfAnObject * bytesOfALine;
  const kept = (objects * objectDays * 24) / hoursOfAMonth;
  return [
    use("flow logs", "flowLogDelivery", (objects * bytes) / GB, `${n(objects)} objects × ${n(bytes)} bytes`),
    use("flow logs", "s3Put", objects, "an object every five minutes for each database"),
    use("flow logs", "s3Month", (kept * objectGzipBytes) / GB, `30 days × ${n(objectGzipBytes)} bytes, gzip`),
  ];
}

/** What runs of a function cost: requests, time, S3, log. */
function runs(
  part: "ingest" | "sweep" | "reconcile" | "heartbeat",
  count: number,
  run: MeasuredRun,
  memoryMb: number,
  how: string,
): readonly Usage[] {
  const ms = billedMs(run, memoryMb);
  const logGb = (count * (run.logBytes + ASSUMED.platformLogBytes)) / GB;
  return [
    use(part, "lambdaRequest", count, how),
    use(
      part,
      "lambdaGbSecond",
      (count * ms * memoryMb) / MB_OF_A_GB / 1_000,
      `${n(count)} × ${n(ms)} ms × ${memoryMb} MB`,
    ),
    use(part, "s3Get", count * run.s3Get, `${run.s3Get} a run`),
    use(part, "s3Put", count * run.s3Put, `${run.s3Put} a run`),
    use(part, "logIntake", logGb, `${n(run.logBytes + ASSUMED.platformLogBytes)} bytes a run`),
    use(part, "logMonth", logGb * ASSUMED.logMonths, "kept for three months"),
  ].filter((used) => used.count > 0);
}

function traced(count: number): number {
  const seconds = ASSUMED.hoursOfAMonth * 3_600;
  return Math.min(count, seconds) + Math.max(0, count - seconds) * TRACED_SHARE;
}

const use = (part: Usage["part"], price: PriceName, count: number, how: string): Usage => ({
  part,
  price,
  count,
  how,
});

/** A number for people. */
export const n = (count: number): string => Math.round(count).toLocaleString("en-US");
