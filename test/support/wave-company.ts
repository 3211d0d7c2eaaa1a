import { Logger } from "@aws-lambda-powertools/logger";
import type { Context, SQSRecord } from "aws-lambda";
import { awsInventorySource } from "../../src/adapters/aws/aws-inventory-source.ts";
import { readFlowLogs } from "../../src/adapters/aws/read-flow-logs.ts";
import type { HistoryStore } from "../../src/adapters/history/history-store.ts";
import { historyWriter } from "../../src/adapters/history/history-writer.ts";
import { parquetHistory } from "../../src/adapters/history/parquet-history.ts";
import { recentRows } from "../../src/adapters/history/recent-rows.ts";
import type { IncidentLook } from "../../src/app/incident/looks.ts";
import { readHistory } from "../../src/app/read-history.ts";
import type { SurveyPorts } from "../../src/app/watch/survey.ts";
import { digest } from "../../src/core/digest.ts";
import { wavePlace } from "../../src/core/guard/waves.ts";
import { seenLately } from "../../src/core/history/seen-lately.ts";
import type { Summary } from "../../src/core/history/summary.ts";
import type { Incident } from "../../src/core/incident/incident.ts";
import type { Policy } from "../../src/core/policy/model.ts";
import { parseEnvironment } from "../../src/entry/lambda/environment.ts";
import type { Keeper } from "../../src/entry/lambda/keeper.ts";
import { memoryText } from "../../src/entry/lambda/memory-text.ts";
import { reconcileEvent } from "../../src/entry/lambda/reconcile-event.ts";
import { sweepEvent } from "../../src/entry/lambda/sweep-event.ts";
import type { VersionedText } from "../../src/ports/versioned-text.ts";
import { memoryStore } from "../simulation/memory-store.ts";
import { type ScaleSize, type ScaleTarget, scaleEstate } from "./scale-estate.ts";
import { sweepAll, targetClients } from "./scale-sweeps.ts";
import { simulatedTime } from "./simulated-time.ts";

const PORT = 5432;
const MINUTE_MS = 60_000;
export const WATCH_MINUTES = 30;
/** Minutes between two sweeps. */
const EVERY = 5;
/** Minutes between two flow-log objects of an account and region. */
const LOGS_EVERY = 10;
const CANARY = "db-0";
const KILLED = new Error("The process was killed");

/** A database of the company: its place, and what its clients meet. */
export interface CompanyDatabase {
  readonly target: ScaleTarget;
  readonly arn: string;
  readonly id: string;
  readonly place: number;
}

/** A company whose databases are enforced, and the functions that keep them, with their queue, store and clock. */
export interface WaveCompany {
  readonly databases: readonly CompanyDatabase[];
  /** Puts another policy into force. */
  provision(change: (policy: Policy) => Policy): void;
  policy(): Policy;
  /** Addresses of the clients of a database, by their number. */
  client(database: CompanyDatabase, n: number): string;
  admits(database: CompanyDatabase, address: string): boolean;
  /** Somebody opens a database by hand. */
  tamper(database: CompanyDatabase, cidr: string): Promise<void>;
  /** Lets some minutes pass: clients connect, flow logs come, and every five minutes all is swept and reconciled. */
  run(minutes: number, eachSweep?: () => void): Promise<void>;
  /** Open incidents of the installation. */
  incidents(): readonly string[];
  /** The last value of a figure of `sweep`. */
  figure(name: string): number | undefined;
  readonly texts: Map<string, string>;
  readonly behaviour: Behaviour;
}

/** What goes wrong, and who is at work. */
export interface Behaviour {
  /** Who connects; everybody by default. */
  connects: (database: CompanyDatabase, n: number) => boolean;
  /** True: flow logs come. */
  logs: boolean;
  /** Each message is delivered so often. */
  copies: number;
  /** True for a write of a memory that dies instead. */
  dies: (key: string, text: string) => boolean;
}

/** What an installation has besides. */
export interface WaveCompanyOptions {
  /** Takes access away at once, by a history whose flow logs are looked at. */
  readonly looksAtLogs?: boolean;
}

export async function waveCompany(
  size: ScaleSize,
  { looksAtLogs = false }: WaveCompanyOptions = {},
): Promise<WaveCompany> {
  const estate = scaleEstate(size);
  const { sandbox, clock } = estate;
  let { policy } = estate;
  const first = await sweepAll(estate, () => undefined);
  sandbox.throttle.enabled = false;
  const time = simulatedTime(clock);
  const texts = new Map<string, string>();
  const behaviour: Behaviour = { connects: () => true, logs: true, copies: 1, dies: () => false };
  const keyOf = ({ accountId, region }: { readonly accountId: string; readonly region: string }): string =>
    `${accountId}/${region}`;
  const textAt = (key: string): VersionedText => ({
    read: async () => {
      const text = texts.get(key);
      return text === undefined ? undefined : { text, version: digest(text) };
    },
    write: async (text, over) => {
      const known = texts.get(key);
      if (over !== (known === undefined ? undefined : digest(known))) return false;
      if (behaviour.dies(key, text)) throw KILLED;
      texts.set(key, text);
      return true;
    },
  });
  estate.targets.forEach((target, n) => {
    const memory = first.memories[n];
    if (memory !== undefined) texts.set(keyOf(target), memoryText.write(memory));
  });

  const settings = {
    waves: { canary: [CANARY], percent: [1, 10, 100] },
    watch: { forMs: WATCH_MINUTES * MINUTE_MS, mostRejects: 2 },
  };
  const databases = estate.targets.flatMap((target) =>
    target.arns.map((arn): CompanyDatabase => {
      const id = arn.slice(arn.lastIndexOf(":") + 1);
      return { target, arn, id, place: wavePlace({ id, arn, tags: {} }, settings.waves) };
    }),
  );
  const history = datedStore(() => clock.now());
  const figures = new Map<string, number>();
  const open = new Map<string, Incident>();
  const queue: string[] = [];
  const logger = new Logger({ serviceName: "test", logLevel: "SILENT" });
  const keeper = {
    settings: parseEnvironment({
      MOAT_POLICY: "s3://bucket/policy.yaml",
      MOAT_QUEUE_URL: "https://sqs.example.com/moat.fifo",
      AWS_REGION: "eu-west-1",
    }),
    clients: queueClients(queue),
    targets: {
      list: async () => estate.targets,
      open: async (name: ScaleTarget) => ({
        ...name,
        self: "arn:aws:iam::1:role/moat",
        clients: targetClients(estate.sandbox, name, time.clock),
      }),
    },
    logger,
    audit: logger,
    redact: (text: string) => text,
    sweeping: {
      plan: {
        owner: "moat",
        modes: { default: "observe", databases: {} },
        acknowledged: new Set<string>(),
        shrinkPercent: 30,
      },
      apartMs: 30_000,
      firstSwapNeedsTraffic: true,
    },
    begin: () => Number.POSITIVE_INFINITY,
    readPolicy: async () => ({ policy, readAt: clock.now(), why: [] }),
    incidents: {
      note: async () => new Set<string>(),
      tell: async (of: "hub" | ScaleTarget, look: IncidentLook) => {
        const book = of === "hub" ? of : keyOf(of);
        for (const [key, incident] of open)
          if (key.startsWith(`${book} `) && look.covers(incident)) open.delete(key);
        for (const incident of look.left) open.set(`${book} ${incident.key}`, incident);
      },
    },
    memoryOf: (target: ScaleTarget) => textAt(keyOf(target)),
    surveyPorts: (target: { readonly clients: Parameters<typeof awsInventorySource>[0] }) => ({
      clock: time.clock,
      inventory: awsInventorySource(target.clients),
      ...(looksAtLogs ? historyPorts(target.clients, history, () => clock.now()) : {}),
    }),
    waves: looksAtLogs
      ? undefined
      : {
          settings,
          book: textAt("rollout"),
          history: (target: ScaleTarget, span: { readonly since: number; readonly until: number }) =>
            recentRows(history, target, span),
          now: () => clock.now(),
        },
    count: (figure: string, value: number) => void figures.set(figure, value),
    flush: () => undefined,
    traced: <T>(_part: string, work: () => Promise<T>) => work(),
  } as unknown as Keeper;

  const at = ({ target, id }: CompanyDatabase) => {
    const ec2 = sandbox.ec2(target.accountId, target.region);
    const [first] = sandbox.rds(target.accountId, target.region).instance(id).interfaces;
    const groups = ec2.interfaces.get(first?.networkInterfaceId ?? "")?.groupIds ?? [];
    return groups.flatMap((group) => ec2.groups.get(group) ?? []);
  };
  const admits = (database: CompanyDatabase, address: string): boolean =>
    at(database).some((group) =>
      group.rules.some(
        ({ isEgress, peer }) => !isEgress && peer.kind === "cidr" && peer.cidr === `${address}/32`,
      ),
    );
  const client = ({ id }: CompanyDatabase, n: number): string => {
    const place = 2 * (Number(id.slice("db-".length)) * size.rules + n);
    return `10.200.${Math.floor(place / 256)}.${place % 256}`;
  };

  /** What a flow-log object of five minutes tells of the clients of one account and region. */
  async function deliver(target: ScaleTarget): Promise<void> {
    const now = Math.floor(clock.now() / 1000);
    const summaries = databases
      .filter((database) => database.target === target)
      .flatMap((database) =>
        Array.from({ length: size.rules }, (_, n) => n)
          .filter((n) => behaviour.connects(database, n))
          .map(
            (n): Summary => ({
              databaseArn: database.arn,
              databaseSide: "provider",
              hour: now - (now % 3600),
              consumer: client(database, n),
              provider: "10.0.16.4",
              port: PORT,
              protocol: "tcp",
              action: admits(database, client(database, n)) ? "ACCEPT" : "REJECT",
              records: 5,
              firstSeen: now - 120,
              lastSeen: now - 60,
              orientedBy: "syn",
            }),
          ),
      );
    const counts = { records: 5 * summaries.length, noData: 0, skipData: 0, malformed: 0, complete: true };
    const { accountId, region } = target;
    const object = { digest: digest(`${keyOf(target)} ${now}`), account: accountId, region, flowLog: "fl-1" };
    await historyWriter(history).add({ ...object, slotStart: now - (now % 300), ...counts }, summaries);
  }

  /** One that dies is not missed: the schedule calls it again. */
  async function sweepOnce(): Promise<void> {
    try {
      await time.run(sweepEvent(keeper, {}, { awsRequestId: `sweep ${clock.now()}` } as Context));
    } catch (error) {
      if (error !== KILLED) throw error;
    }
  }

  async function work(): Promise<void> {
    const bodies = queue.splice(0).flatMap((body) => Array.from({ length: behaviour.copies }, () => body));
    for (const body of bodies) {
      const Records = [{ messageId: "1", body, attributes: { MessageGroupId: "1" } } as unknown as SQSRecord];
      await time.run(reconcileEvent(keeper, { Records }, { awsRequestId: "r" } as Context));
    }
  }

  return {
    databases,
    provision: (change) => {
      policy = { ...change(policy), version: String(Number(policy.version) + 1) };
    },
    policy: () => policy,
    client,
    admits,
    tamper: async (database, cidr) => {
      const { sdk, client: ec2 } = await targetClients(sandbox, database.target, time.clock).ec2();
      const command = new sdk.AuthorizeSecurityGroupIngressCommand({
        GroupId: at(database)[0]?.groupId,
        IpPermissions: [{ IpProtocol: "tcp", FromPort: PORT, ToPort: PORT, IpRanges: [{ CidrIp: cidr }] }],
      });
      await time.run(ec2.send(command));
    },
    run: async (minutes, eachSweep) => {
      for (let minute = 0; minute < minutes; minute += EVERY) {
        clock.advance(EVERY * MINUTE_MS);
        if (behaviour.logs && minute % LOGS_EVERY === 0)
          for (const target of estate.targets) await deliver(target);
        await sweepOnce();
        await work();
        eachSweep?.();
      }
    },
    incidents: () => [...open.values()].map(({ kind }) => kind).sort(),
    figure: (name) => figures.get(name),
    texts,
    behaviour,
  };
}

/** What a function asks of the history, in the time of the sandbox. */
const historyPorts = (
  clients: Parameters<typeof readFlowLogs>[0],
  store: HistoryStore,
  now: () => number,
): Pick<SurveyPorts, "history" | "logs"> => ({
  history: (arns, places) =>
    readHistory(parquetHistory(store), { ...seenLately(arns, Math.floor(now() / 1000)), ...places }),
  logs: {
    subscriptions: () => readFlowLogs(clients),
    history: async (span) => ({
      hours: await parquetHistory(store).logHours(span),
      tellers: await parquetHistory(store).databaseLogs(span),
    }),
  },
});

/** A store whose files bear the time of the sandbox. */
function datedStore(now: () => number): HistoryStore {
  const inner = memoryStore();
  const written = new Map<string, number>();
  return {
    ...inner,
    put: async (path, bytes) => {
      written.set(path, now());
      await inner.put(path, bytes);
    },
    list: async (prefix) =>
      (await inner.list(prefix)).map((file) => ({ ...file, modified: written.get(file.path) ?? 0 })),
  };
}

/** Clients of the hub that know nothing but a queue. */
const queueClients = (bodies: string[]) => ({
  sqs: async () => ({
    sdk: await import("@aws-sdk/client-sqs"),
    client: {
      send: async ({
        input,
      }: {
        readonly input: { readonly Entries: readonly { MessageBody: string }[] };
      }) => {
        bodies.push(...input.Entries.map(({ MessageBody }) => MessageBody));
        return {};
      },
    },
  }),
});
