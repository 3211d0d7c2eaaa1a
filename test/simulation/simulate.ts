import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from "@smithy/types";
import { type AwsClients, awsClients } from "../../src/adapters/aws/aws-clients.ts";
import { createPcePolicySource } from "../../src/adapters/pce/pce-policy-source.ts";
import type { Plan } from "../../src/core/plan/plan.ts";
import { AwsFault } from "../../src/ports/aws-fault.ts";
import { PolicyFault } from "../../src/ports/policy-fault.ts";
import type { CallMatch, Fault } from "../../src/sandbox/aws/model/faults.ts";
import { SANDBOX_KEY, sandboxPceFetch } from "../../src/sandbox/pce/index.ts";
import { covers, freezeIngress, letsIn } from "../scenario/group-rules.ts";
import { buildLab, type Installation, install, type LabDatabaseAt, MOAT_KEY } from "../scenario/lab.ts";
import { OTHER_PORT, OUT_PORTS, outwards } from "./admissions.ts";
import { auditVerdict } from "./audit-verdict.ts";
import { type Dice, dice } from "./dice.ts";
import { directClients } from "./direct-clients.ts";
import { directPceFetch } from "./direct-pce-fetch.ts";
import { AT_ONCE, countEach, type Happened, trouble, troubleOf } from "./happened.ts";
import { Invariants, modeOf, STALEST_MS } from "./invariants.ts";
import { OtherHands } from "./other-hands.ts";
import { type Death, type Ending, Scheduler } from "./scheduler.ts";
import { drawCompany, type SimCompany } from "./sim-company.ts";

/** What a seed showed. */
export interface SimulationReport {
  readonly seed: number;
  readonly violations: readonly string[];
  /** The story, line by line. */
  readonly story: readonly string[];
  readonly runs: number;
  readonly writes: number;
  readonly changes: number;
  /** How often each kind of trouble happened. */
  readonly happened: Happened;
  /** Every call in its order; two reports of one seed have the same. */
  readonly calls: readonly string[];
}

/** Plays one seed from start to end. Same seed, same report. */
export async function simulate(seed: number, way: Way = "direct"): Promise<SimulationReport> {
  await warmUp();
  const simulation = new Simulation(seed, way);
  try {
    return await simulation.play();
  } catch (error) {
    return simulation.report([`a bug: ${error instanceof Error ? error.stack : String(error)}`]);
  }
}

/**
 * How calls reach the sandbox: `direct` hands the SDK's commands to the models, `wire` takes the SDK's own way with
 * signatures, forms and XML.
 */
export type Way = "direct" | "wire";

let warm: Promise<unknown> | undefined;

/** The SDK loads parts of itself on first use, which takes real time and would make the first seed differ. */
function warmUp(): Promise<unknown> {
  warm ??= buildLab({ groups: {}, databases: [], consumers: [] }).plan();
  return warm;
}

interface Result {
  readonly what: string;
  readonly plan?: Plan;
}

/** Rounds in which a quiet world must come to rest. */
const CALM_ROUNDS = 6;

/**
 * Refusals that calm does not end and nobody can overrule: policy takes more rules than there is room for. `notReady` is
 * none of them. Whatever kept a database busy is over by then, so one that is still busy waits for something that
 * will never come, such as a group that was deleted before RDS had attached it.
 */
const MAY_STAND: ReadonlySet<string> = new Set(["quota"]);

/** A write call whose rule names a group. */
const REFERENCE = /AuthorizeSecurityGroupIngress .*"Groups":\[\{/;

/** What becomes of the event that tells of a change. A run starts from what it reads, so an event only ever starts one. */
const EVENTS = ["on time", "on time", "on time", "on time", "lost", "late", "twice", "out of order"] as const;

class Simulation {
  readonly #seed: number;
  readonly #way: Way;
  readonly #company: SimCompany;
  readonly #invariants: Invariants;
  readonly #hands: OtherHands;
  readonly #scheduler: Scheduler;
  readonly #dice: Dice;
  readonly #acknowledged = new Set<string>();
  readonly #story: string[] = [];
  readonly #happened: string[] = [];
  #runs = 0;

  constructor(seed: number, way: Way) {
    this.#seed = seed;
    this.#way = way;
    this.#company = drawCompany(seed, dice(seed, 1));
    this.#dice = dice(seed, 2);
    this.#invariants = new Invariants(
      this.#company.lab,
      this.#company.addresses,
      this.#company.managesEgress,
    );
    this.#hands = new OtherHands(this.#company, dice(seed, 3), this.#invariants, this.#story);
    this.#scheduler = new Scheduler(this.#company.lab.sandbox, dice(seed, 4).roll, way === "direct");
  }

  async play(): Promise<SimulationReport> {
    const { lab } = this.#company;
    lab.sandbox.onCall(({ phase, call }) => {
      if (phase === "after" && call.isWrite) this.#note(`  ${call.operation} ${JSON.stringify(call.input)}`);
    });
    lab.sandbox.throttle.enabled = this.#dice.chance(0.2);
    const episodes = 2 + this.#dice.upTo(4);
    for (let i = 0; i < episodes; i += 1) await this.#episode();
    await this.#calmDown();
    return this.report();
  }

  /** What was seen so far. */
  report(more: readonly string[] = []): SimulationReport {
    const { lab } = this.#company;
    const audited = auditVerdict(this.#invariants.audits);
    for (let i = 0; i < audited.atOnce; i += 1) this.#happened.push(AT_ONCE);
    return {
      seed: this.#seed,
      violations: [...this.#invariants.violations, ...audited.violations, ...more],
      story: this.#story,
      runs: this.#runs,
      writes: this.#invariants.calls,
      changes: this.#invariants.changes,
      happened: this.#tally(),
      calls: lab.sandbox.calls.map((c) => `${c.atMs} ${c.call.operation} ${c.tookEffect} ${c.seen}`),
    };
  }

  #tally(): Happened {
    const { sandbox, databases, pce } = this.#company.lab;
    const all = [...databases.values()];
    const rds = sandbox.rds();
    const kinds = all.map((d) =>
      rds.clusters.has(d.id) ? "cluster" : rds.proxies.has(d.id) ? "proxy" : "instance",
    );
    return countEach([
      ...sandbox.calls.flatMap(troubleOf),
      ...pce.faults.met.map(({ kind }) => `PCE answer: ${kind}`),
      ...this.#story.flatMap(trouble),
      ...kinds.map((kind) => `kind: ${kind}`),
      ...(all.some((d) => d.groups().length > 1) ? ["several groups in force"] : []),
      ...this.#story.flatMap((line) => (REFERENCE.test(line) ? ["a rule named a group"] : [])),
      ...(this.#company.addresses.some((a) => a.includes(":")) ? ["IPv6 consumers"] : []),
      ...this.#happened,
    ]);
  }

  /** One or two runs at once, with other hands before them and among them, and things going wrong. */
  async #episode(): Promise<void> {
    const { lab } = this.#company;
    const d = this.#dice;
    for (let i = d.upTo(3); i > 0; i -= 1) this.#hands.changePolicy();
    for (let i = d.upTo(3); i > 0; i -= 1) this.#hands.tamper();
    const event = d.pick(EVENTS);
    this.#happened.push(`event: ${event}`);
    lab.clock.advance(d.chance(0.6) ? 90_000 : d.upTo(8_000));
    if (event === "lost") return;
    if (event === "late") {
      lab.clock.advance(d.upTo(600_000));
      this.#hands.tamper();
    }
    this.#makeTrouble();
    const meddling = d.pick([0, 0, 0.02, 0.08]);
    this.#scheduler.between = () => {
      if (!d.chance(meddling)) return;
      if (d.chance(0.5)) this.#hands.changePolicy();
      else this.#hands.tamper();
    };
    const others = d.chance(0.4) ? (d.chance(0.2) ? 3 : 2) : 1;
    await this.#runsAtOnce(event === "twice" ? Math.max(2, others) : others);
    // The event of an earlier change comes after that of a later one, whose run has seen both.
    if (event === "out of order") await this.#runsAtOnce(1);
    lab.sandbox.faults.clear();
    lab.pce.faults.clear();
  }

  async #runsAtOnce(count: number): Promise<void> {
    this.#happened.push(`runs at once: ${count}`);
    const started = Array.from({ length: count }, () => this.#startRun(this.#drawDeath()));
    await this.#scheduler.drive();
    await Promise.all(started);
  }

  #drawDeath(): Death | undefined {
    if (!this.#dice.chance(0.3)) return undefined;
    return { atRequest: 1 + this.#dice.upTo(70), when: this.#dice.chance(0.5) ? "before" : "after" };
  }

  #makeTrouble(): void {
    const d = this.#dice;
    const { faults } = this.#company.lab.sandbox;
    if (d.chance(0.4)) return;
    const match: CallMatch = {
      predicate: (call) => call.context.service === "ec2" || call.context.service === "rds",
    };
    const writes: CallMatch = { predicate: (call) => call.isWrite };
    const kinds: readonly Fault[] = [
      { match: writes, when: "after", error: "connectionReset", probability: 0.15 },
      { match: writes, when: "after", error: "timeout", probability: 0.15 },
      { match: writes, when: "before", error: "connectionReset", probability: 0.15 },
      {
        match: writes,
        when: "before",
        error: { code: "InternalError", httpStatus: 500, message: "An internal error has occurred" },
        probability: 0.1,
      },
      {
        match,
        when: "before",
        error: { code: "RequestLimitExceeded", httpStatus: 503, message: "Request limit exceeded." },
        probability: 0.1,
      },
      { match, when: "before", error: "timeout", probability: 0.03 },
    ];
    for (const fault of d.some(kinds, 0.3)) faults.add(fault);
    if (d.chance(0.4))
      faults.addStaleRead({
        match: { predicate: (call) => /^Describe/.test(call.operation) },
        ageMs: 500 + d.upTo(STALEST_MS - 500),
        probability: d.chance(0.5) ? 0.5 : 0.1,
      });
    if (d.chance(0.2))
      this.#company.lab.pce.faults.add({
        when: ({ path }) => path.includes("rule_sets") || path.includes("workloads"),
        answer: d.pick([
          { kind: "status", status: 500 },
          { kind: "truncated" },
          { kind: "disconnect" },
        ] as const),
        times: 1 + d.upTo(6),
      });
  }

  /** A process that starts, reads everything and reconciles; now and then one that rolls back instead. */
  #startRun(death?: Death, rollsBack = this.#dice.chance(0.06)): Promise<Plan | undefined> {
    this.#runs += 1;
    const work = async (run: number): Promise<Result> => {
      this.#invariants.runStarts(run);
      const installation = await this.#newProcess(run);
      this.#invariants.audits.push(installation.audit);
      if (rollsBack) return { what: await this.#rollBack(installation) };
      const report = await installation.run();
      if (this.#dice.chance(0.3)) installation.acknowledge(report.plan);
      const what = [
        `${report.rounds} rounds, ${report.writeCalls} writes`,
        ...report.outcomes.map((o) => `${o.id} ${o.status} ${o.problem?.code ?? ""}`),
        ...report.plan.databases.flatMap((x) => x.refused.map((r) => `${x.id} refused: ${r.gate}`)),
      ];
      return { what: what.join("; "), plan: report.plan };
    };
    const id = this.#runs;
    this.#note(
      `run ${id} starts${death === undefined ? "" : `, to die ${death.when} request ${death.atRequest}`}`,
    );
    return this.#scheduler.start(work, death).then((ending) => {
      this.#invariants.runEnds(id);
      this.#tell(id, ending);
      return ending.kind === "returned" ? ending.value.plan : undefined;
    });
  }

  async #rollBack(installation: Installation): Promise<string> {
    const database = this.#dice.pick([...this.#company.lab.databases.values()]);
    this.#invariants.meansToo(database.id, new Set(this.#originalReach(database)));
    const report = await installation.rollback(database.id);
    return `rollback of ${database.id}: ${report.kind} ${report.kind === "done" ? report.outcome.status : ""}`;
  }

  /** Whom the groups remembered by the managed groups, or else those beside them, let in. */
  #originalReach(database: LabDatabaseAt): readonly string[] {
    const { lab, addresses } = this.#company;
    const ec2 = lab.sandbox.ec2();
    const managed = this.#hands.managedGroups(database);
    const remembered = managed
      .flatMap((g) => (ec2.tags.of(g).get("moat:original-groups") ?? "").split(" "))
      .filter((g) => ec2.groups.has(g));
    const beside = this.#hands.wantedGroups(database).filter((g) => !managed.includes(g));
    const rules = freezeIngress(ec2, remembered.length > 0 ? remembered : beside);
    const back = remembered.length > 0 ? remembered : beside;
    const open = back.flatMap((id) => ec2.groups.get(id)?.rules.filter((r) => r.isEgress) ?? []);
    const out = addresses.flatMap((a) =>
      open.some(({ peer }) => peer.kind === "cidr" && covers(peer.cidr, a))
        ? OUT_PORTS.map((port) => `${a} ${outwards(port)}`)
        : [],
    );
    const admitted = [database.port, OTHER_PORT].flatMap((port) =>
      addresses.filter((address) => letsIn(rules, address, port)).map((address) => `${address} ${port}`),
    );
    return [...admitted, ...out];
  }

  async #newProcess(run: number): Promise<Installation> {
    const { lab } = this.#company;
    const scheduler = this.#scheduler;
    const clock = scheduler.clock(run);
    const reads = this.#retries(run, (type) => type === "THROTTLING" || type === "TRANSIENT");
    const writes = this.#retries(run, (type) => type === "THROTTLING");
    const direct = this.#way === "direct";
    const policy = createPcePolicySource({
      url: "http://localhost",
      credentials: async () => ({ user: SANDBOX_KEY.keyId, secret: SANDBOX_KEY.secret }),
      fetch: scheduler.fetch(run, direct ? directPceFetch(lab.pce) : sandboxPceFetch(lab.pce)),
      clock,
    });
    const clients = direct
      ? directClients({
          sandbox: lab.sandbox,
          accessKeyId: MOAT_KEY,
          region: "eu-west-1",
          reads,
          writes,
          enqueue: (what, call) => scheduler.enqueue(run, what, call),
        })
      : await this.#wireClients(run, reads, writes);
    return install(clients, policy, clock, {
      acknowledged: this.#acknowledged,
      shrinkPercent: 100,
      groupReferences: this.#company.groupReferences ? "exact" : "off",
      egress: this.#company.managesEgress ? "managed" : "leave",
    });
  }

  async #wireClients(run: number, reads: RetryStrategyV2, writes: RetryStrategyV2): Promise<AwsClients> {
    const clients = awsClients({
      region: "eu-west-1",
      credentials: { accessKeyId: MOAT_KEY, secretAccessKey: "sandbox" },
      requestHandler: this.#scheduler.requestHandler(run),
      env: {},
    });
    const { ec2, rds, sts, serviceQuotas, ec2Writes, rdsWrites } = clients;
    for (const { client } of [await ec2(), await rds(), await sts(), await serviceQuotas()])
      client.config.retryStrategy = async () => reads;
    for (const { client } of [await ec2Writes(), await rdsWrites()])
      client.config.retryStrategy = async () => writes;
    return clients;
  }

  /** The SDK's own waits are real ones with real dice; these are the sandbox's. What is repeated stays the same. */
  #retries(run: number, repeats: (type: RetryErrorInfo["errorType"]) => boolean): RetryStrategyV2 {
    return {
      acquireInitialRetryToken: async () => token(0),
      refreshRetryTokenForRetry: async (last, { error, errorType }) => {
        const count = last.getRetryCount() + 1;
        if (count >= 4 || !repeats(errorType)) throw error ?? new Error("No attempt left");
        await this.#scheduler.sleep(run, 500 * 2 ** count);
        return token(count);
      },
      recordSuccess: () => undefined,
    };
  }

  #note(what: string): void {
    this.#story.push(`${new Date(this.#company.lab.clock.now()).toISOString()} ${what}`);
  }

  #tell(run: number, ending: Ending<Result>): void {
    if (ending.kind === "returned") this.#note(`run ${run} ends: ${ending.value.what}`);
    if (ending.kind === "died") this.#happened.push("process died");
    if (ending.kind === "died") this.#note(`run ${run} dies`);
    if (ending.kind !== "threw") return;
    const { error } = ending;
    this.#note(`run ${run} throws ${error instanceof Error ? error.message : String(error)}`);
    if (error instanceof AwsFault || error instanceof PolicyFault) return;
    this.#invariants.violations.push(`a bug: ${error instanceof Error ? error.stack : String(error)}`);
  }

  /** Faults stop and everybody goes home: runs must bring live to desired (S6) and then find nothing to do (S7). */
  async #calmDown(): Promise<void> {
    const { lab } = this.#company;
    this.#scheduler.between = () => undefined;
    this.#hands.enforceAll();
    for (let i = 0; i < CALM_ROUNDS; i += 1) {
      lab.clock.advance(200_000);
      const before = this.#writes();
      const plan = await this.#calmRun();
      const agreed = plan !== undefined && this.#agree(plan);
      if (this.#writes() > before || agreed || plan === undefined) continue;
      this.#checkConverged(plan);
      return;
    }
    this.#invariants.violations.push(
      `S6 or S7: after ${CALM_ROUNDS} undisturbed runs there is still something to do`,
    );
  }

  async #calmRun(): Promise<Plan | undefined> {
    const run = this.#startRun(undefined, false);
    await this.#scheduler.drive();
    return run;
  }

  /** A person overrules what may be overruled. @returns whether there was anything */
  #agree(plan: Plan): boolean {
    const asked = plan.databases.flatMap((d) => [...d.refused, ...(d.egress?.held ?? [])]);
    const tokens = asked.flatMap((r) => r.acknowledge ?? []);
    for (const token of tokens) this.#acknowledged.add(token);
    return tokens.length > 0;
  }

  #writes(): number {
    return this.#company.lab.writes().length;
  }

  #checkConverged(plan: Plan): void {
    const { lab, addresses } = this.#company;
    const grants = this.#hands.grants();
    for (const database of lab.databases.values()) {
      const planned = plan.databases.find((d) => d.arn === database.arn);
      const standing = planned?.refused.filter((r) => r.acknowledge === undefined).map((r) => r.gate) ?? [];
      if (standing.length > 0 && standing.every((gate) => MAY_STAND.has(gate))) {
        this.#note(`${database.id} stays refused: ${standing}`);
        continue;
      }
      if (planned?.inSync !== true)
        this.#invariants.violations.push(
          `S6: ${database.id} (${modeOf(lab, database)}) is not in sync: ${JSON.stringify(planned?.steps)} ${JSON.stringify(planned?.refused)}`,
        );
      for (const eni of database.interfaces()) this.#checkInterface(database, eni, addresses, grants);
      if (planned?.egress !== undefined) this.#checkEgress(database, planned.egress, grants);
    }
  }

  #checkEgress(
    database: LabDatabaseAt,
    { state, held }: NonNullable<Plan["databases"][number]["egress"]>,
    grants: ReadonlyMap<string, ReadonlySet<string>>,
  ): void {
    this.#happened.push(`egress ends: ${state}${held.length > 0 ? " (held)" : ""}`);
    if (held.length > 0 && held.every(({ gate }) => gate === "egressQuota")) return;
    if (state !== "managed" || held.length > 0)
      this.#invariants.violations.push(`S6: egress of ${database.id} is ${state}: ${JSON.stringify(held)}`);
    const { sandbox } = this.#company.lab;
    for (const eni of database.interfaces())
      for (const destination of this.#company.addresses.filter((a) => !a.includes(":")))
        for (const port of OUT_PORTS) {
          const is = sandbox.network.admits({ source: eni, destination, port }).refusedBy !== "sourceEgress";
          if (is !== (grants.get(database.id)?.has(`${destination} ${outwards(port)}`) === true))
            this.#invariants.violations.push(
              `S6: ${destination} port ${port} is ${is ? "" : "not "}open to ${database.id} in the end`,
            );
        }
  }

  #checkInterface(
    database: LabDatabaseAt,
    eni: string,
    addresses: readonly string[],
    grants: ReadonlyMap<string, ReadonlySet<string>>,
  ): void {
    const { sandbox } = this.#company.lab;
    const found = sandbox.ec2().interfaces.get(eni);
    const ipv6 = (found?.ipv6Addresses.length ?? 0) > 0;
    const foreign = (found?.groupIds ?? []).filter((g) => !this.#hands.managedGroups(database).includes(g));
    if (foreign.length > 0)
      this.#invariants.violations.push(`S6: ${eni} of ${database.id} still carries ${foreign}`);
    for (const source of addresses) {
      if (source.includes(":") && !ipv6) continue;
      for (const port of [database.port, OTHER_PORT]) {
        const is =
          sandbox.network.admits({ source, destination: eni, port }).refusedBy !== "destinationIngress";
        const should = grants.get(database.id)?.has(`${source} ${port}`) === true;
        if (is !== should)
          this.#invariants.violations.push(
            `S6: ${source} is ${is ? "" : "not "}admitted to ${database.id} port ${port} in the end`,
          );
      }
    }
  }
}

const token = (count: number): RetryToken => ({ getRetryCount: () => count, getRetryDelay: () => 0 });
