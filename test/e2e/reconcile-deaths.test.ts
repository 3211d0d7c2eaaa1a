import { createHash } from "node:crypto";
import { AuthorizeSecurityGroupIngressCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { auditLines } from "../../src/adapters/audit/audit-lines.ts";
import { verifyAudit } from "../../src/core/audit/verify-audit.ts";
import { ruleKey } from "../../src/sandbox/aws/model/ec2/security-group.ts";
import { describeWith } from "../support/describe-with.ts";
import { type Ministack, startMinistack } from "../support/ministack.ts";
import { findPython } from "../support/python.ts";
import { chaosQueue, tries } from "./chaos-queue.ts";
import {
  type CallName,
  type DoomedCalls,
  doomedCalls,
  FATES,
  type Fate,
  type Watched,
} from "./doomed-calls.ts";
import { useBundle } from "./lambda-bundle.ts";
import type { LambdaLab, QueueEvent } from "./lambda-lab.ts";
import type { Invocation, LambdaProcess } from "./lambda-process.ts";
import { type ReconcileLab, reconcileLab, STATE_BUCKET, whileTimePasses } from "./reconcile-lab.ts";

const bundle = useBundle();
const python = {
  name: "ministack in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};
const PERSON = "AKIAPERSON0000000001";
const TEST_NET = "198.51.100.0/24";
const DATABASE = "ledger";
const POISON = "{";
const RULES = ["10.20.1.21/32 5432", "10.20.1.31/32 5432"];
/** By the template a message is hidden for so long once it was handed out. */
const HIDDEN_MS = 90 * 60_000;
/** Reads and pauses leave time for others. */
const AT_ONCE = 4;
const ENOUGH_MS = 600_000;

/** What a function has to do. */
interface Scene {
  readonly name: string;
  readonly set: (at: At) => Promise<void>;
  readonly told: readonly string[];
  /** What may be told besides, once, where something went wrong. */
  readonly mayTell: RegExp;
}

const SCENES: readonly Scene[] = [
  {
    name: "a database is put behind its moat",
    set: async () => {},
    told: [],
    // A group that is made and not attached looks as if somebody had detached it.
    mayTell: /^drift resolved$|^repairFailed (?:open|resolved)$/,
  },
  {
    name: "what somebody did to a group is undone",
    set: async (at) => {
      const message = at.reconcile.message(DATABASE, "before");
      const done = await deliver(at, await startFunction(at), eventOf(message));
      expect(done?.failed).toEqual([]);
      await tamper(at.reconcile.lab);
    },
    told: ["drift resolved"],
    mayTell: /^repairFailed (?:open|resolved)$/,
  },
];

/** A lab, and what stands between its functions and AWS. */
interface At {
  readonly reconcile: ReconcileLab;
  readonly doomed: DoomedCalls;
}

interface Doom {
  readonly call: CallName;
  readonly fate: Fate;
}

/** What came of a message in the end. */
interface Report {
  /** Calls of the first function that got it. */
  readonly calls: readonly CallName[];
  readonly met: boolean;
  readonly deliveries: number;
  /** What must be the same wherever it died. */
  readonly end: {
    readonly state: readonly string[];
    readonly rules: readonly string[];
    /** Clients that were refused although they may connect, and strangers that were let in, at any moment. */
    readonly violations: readonly string[];
    /** Writes of one more delivery of the same message. */
    readonly again: readonly string[];
    /** What `moat audit verify` finds wrong. */
    readonly audit: readonly string[];
    readonly left: number;
    readonly dead: number;
  };
  /** Kind and state of what was told; a message that came twice counts once, for it bears the same name. */
  readonly told: readonly string[];
}

let queues = 0;

interface Fortune {
  /** What befalls the function that gets the message first, the one that gets it next, and so on. */
  readonly dooms?: readonly Doom[];
  /** The sandbox's hour and a half pass, too, before the message is handed out again. */
  readonly comesLate?: boolean;
  /** Another message of the same queue can be worked on by nobody. */
  readonly poison?: boolean;
}

async function play(
  scene: Scene,
  ministack: { readonly url: string },
  { dooms = [], comesLate = false, poison = false }: Fortune = {},
): Promise<Report> {
  const reconcile = await reconcileLab(bundle, {
    MOAT_AUDIT: `s3://${STATE_BUCKET}/audit`,
    MOAT_HISTORY: `s3://${STATE_BUCKET}/history`,
    MOAT_NOTIFY_BUS: "moat",
  });
  const doomed = await doomedCalls(reconcile.lab);
  const at = { reconcile, doomed };
  const { lab } = reconcile;
  const queue = await chaosQueue("Databases", ministack, lab.company.region, `databases-${++queues}`);
  const watched: Watched[] = [];
  let good: QueueEvent | undefined;
  /** One delivery of one message, as Lambda makes it. @returns whether the queue may forget it */
  async function handOver(event: QueueEvent, time: number): Promise<boolean> {
    // Another environment of the function gets it, an hour and a half later by everybody's clock.
    const lambda = await startFunction(at, time);
    const isPoison = event.Records[0]?.body === POISON;
    const watch = doomed.watch(lambda, isPoison ? undefined : dooms[time]);
    const answer = await deliver(at, lambda, event);
    watch.end();
    if (!isPoison) {
      watched.push(watch);
      good = event;
    }
    return answer?.failed.length === 0 && answer.error === undefined;
  }
  try {
    await scene.set(at);
    const { body, group, deduplicationId } = reconcile.message(DATABASE, "request");
    await queue.send(body, { group, deduplicationId });
    if (poison) await queue.send(POISON, { group: "poison", deduplicationId: "poison" });
    for (let time = 0; time < tries("Databases") && (await queue.left()) > 0; time += 1) {
      if (time > 0 && comesLate) lab.clock.advance(HIDDEN_MS);
      for (const event of await queue.batches()) {
        const [record] = event.Records;
        if ((await handOver(event, time)) && record !== undefined) await queue.done(record.receiptHandle);
      }
      if ((await queue.left()) > 0) await queue.shownAgain();
    }
    expect(await queue.batches()).toEqual([]);
    const [left, dead] = [await queue.left(), (await queue.dead()).length];
    lab.writes();
    // A queue may hand a message out once more although it was taken out.
    if (good !== undefined) await deliver(at, await startFunction(at, watched.length), good);
    return {
      calls: watched[0]?.calls ?? [],
      met: dooms.every((_, i) => watched[i]?.met() === true),
      deliveries: watched.length,
      end: {
        state: stateOf(lab),
        rules: lab.rules(DATABASE),
        violations: reconcile.admitted.violations(),
        again: lab.writes(),
        audit: auditVerdict(lab),
        left,
        dead,
      },
      told: [...new Set(doomed.bus.told)]
        .map((name) => name.replace(/^moat (\w+) \S+ (\w+) .*$/, "$1 $2"))
        .sort(),
    };
  } finally {
    queue.close();
    await doomed.close();
    await lab.close();
  }
}

/** @param late by how many times the hidden time its clock is ahead */
const startFunction = ({ reconcile, doomed }: At, late = 0): Promise<LambdaProcess> =>
  reconcile.start({
    AWS_ENDPOINT_URL_EVENTBRIDGE: doomed.bus.url,
    NODE_OPTIONS: `--import=data:text/javascript,const%20now=Date.now;Date.now=()=>now()%2B${late * HIDDEN_MS}`,
  });

/** @returns what it answered, if it lived */
const deliver = (
  { reconcile: { lab } }: At,
  lambda: LambdaProcess,
  event: QueueEvent,
): Promise<Invocation | undefined> =>
  whileTimePasses(lab, () =>
    Promise.race([lambda.invoke(event, ENOUGH_MS), lambda.ended.then(() => undefined)]),
  );

const eventOf = ({ body, group }: { readonly body: string; readonly group: string }): QueueEvent => ({
  Records: [
    {
      messageId: "message-1",
      receiptHandle: "handle-1",
      body,
      attributes: { MessageGroupId: group, SequenceNumber: "1" },
      messageAttributes: {},
      md5OfBody: "",
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:eu-west-1:111122223333:moat.fifo",
      awsRegion: "eu-west-1",
    },
  ],
});

async function tamper(lab: LambdaLab): Promise<void> {
  const person = new EC2Client({
    endpoint: lab.endpoint,
    region: lab.company.region,
    credentials: { accessKeyId: PERSON, secretAccessKey: "x" },
  });
  await person.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: lab.groups(DATABASE)[0] ?? "",
      IpPermissions: [{ IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, IpRanges: [{ CidrIp: TEST_NET }] }],
    }),
  );
  person.destroy();
}

/** Groups, their rules and tags, and who carries them, in a form that does not depend on what AWS named them. */
function stateOf({ aws: { sandbox } }: LambdaLab): readonly string[] {
  const { groups, tags } = sandbox.ec2();
  const keys = (id: string): string =>
    [...tags.of(id).keys()]
      .filter((key) => key !== "moat:repairs")
      .sort()
      .join();
  const name = (id: string): string =>
    tags.of(id).has("moat:owner") ? "managed" : (groups.get(id)?.groupName ?? id);
  return [
    ...groups.values().map((group) => {
      const rules = group.rules.map(
        (rule) => `${rule.isEgress ? "to" : "from"} ${ruleKey(rule)} ${keys(rule.securityGroupRuleId)}`,
      );
      return `${name(group.groupId)} ${keys(group.groupId)}: ${rules.sort().join("; ")}`;
    }),
    ...sandbox
      .rds()
      .instances.values()
      .map(({ identifier, assignment }) => `${identifier} carries ${assignment.groups.map(name).join()}`),
  ].sort();
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Every function that ran has a chain of its own. */
function auditVerdict({ aws: { sandbox } }: LambdaLab): readonly string[] {
  const chains = new Map<string, string[]>();
  for (const { key, body } of sandbox.s3.objects(STATE_BUCKET)) {
    if (!key.startsWith("audit/")) continue;
    const folder = key.slice(0, key.lastIndexOf("/"));
    chains.set(folder, [...(chains.get(folder) ?? []), Buffer.from(body).toString()]);
  }
  const { violations } = verifyAudit(
    [...chains].map(([folder, texts]) => ({ name: folder, lines: auditLines(texts) })),
    sha256,
  );
  return violations.map(({ line, rule, what }) => `line ${line}, ${rule}: ${what}`);
}

/** Runs work side by side, so many at once. */
async function sideBySide<T, R>(all: readonly T[], work: (each: T, i: number) => Promise<R>): Promise<R[]> {
  const done: R[] = [];
  const waiting = [...all.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      done[next[0]] = await work(next[1], next[0]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return done;
}

const isRead = (call: CallName): boolean => /:(?:Describe|Get|List|Lookup)/.test(call);

/**
 * Where a function is to die. Between two writes AWS stands still, so of the reads in between the first and the last
 * stand for all; `EVERY_CALL=true` tries each. A read whose reply is lost is made again by the SDK.
 */
const deathsOf = (calls: readonly CallName[], fate: Fate): readonly CallName[] =>
  calls.filter((call, i) => {
    if (!isRead(call)) return true;
    if (fate !== "dies before") return false;
    const isAtAnEdge = [calls[i - 1], calls[i + 1]].some((other) => other === undefined || !isRead(other));
    return isAtAnEdge || process.env.EVERY_CALL === "true";
  });

describeWith(python, "a function that dies at any call of a reconcile", (found) => {
  let ministack: Ministack;
  const references = new Map<string, Report>();
  beforeAll(async () => {
    ministack = await startMinistack(found, "111122223333", "eu-west-1");
    for (const scene of SCENES) references.set(scene.name, await play(scene, ministack));
  });
  afterAll(() => ministack?.stop());
  const undisturbed = (scene: Scene): Report => {
    const report = references.get(scene.name);
    if (report === undefined) throw new Error(`${scene.name} was not played`);
    return report;
  };

  describe.each(SCENES)("$name", (scene) => {
    it("is done by one delivery when nothing goes wrong", () => {
      const { calls, deliveries, end } = undisturbed(scene);
      expect(deliveries).toBe(1);
      expect(calls.length).toBeGreaterThan(40);
      expect(undisturbed(scene).told).toEqual(scene.told);
      expect(end).toMatchObject({ rules: RULES, violations: [], again: [], audit: [], left: 0, dead: 0 });
    });

    it.each(FATES)(
      "%s: another delivery does what is left, nothing twice, and nobody is refused",
      async (fate) => {
        const reference = undisturbed(scene);
        const deaths = deathsOf(reference.calls, fate);
        expect(deaths.length).toBeGreaterThan(5);
        const reports = await sideBySide(deaths, (call, i) =>
          play(scene, ministack, { dooms: [{ call, fate }], comesLate: i % 2 === 1 }),
        );
        for (const [i, { met, deliveries, told, end }] of reports.entries()) {
          const where = `${fate}, ${deaths[i]}`;
          expect({ where, met, ...end }).toEqual({ where, met: true, ...reference.end });
          expect(deliveries, where).toBeGreaterThanOrEqual(fate === "reply lost, lives on" ? 1 : 2);
          expect({ where, told: told.filter((each) => !scene.mayTell.test(each)) }).toEqual({
            where,
            told: reference.told,
          });
        }
      },
      ENOUGH_MS,
    );

    it(
      "is done at the last try when each before it dies at its first write, and the poison alone is given up on",
      async () => {
        const reference = undisturbed(scene);
        const writes = reference.calls.filter((call) => !isRead(call));
        // What is written first is the record of what comes next, or what is noted of an incident.
        const dooms = Array.from({ length: tries("Databases") - 1 }, () => ({
          call: writes[0] ?? "",
          fate: "dies after" as const,
        }));
        const { end, deliveries, met } = await play(scene, ministack, { dooms, poison: true });
        expect({ met, deliveries }).toEqual({ met: true, deliveries: tries("Databases") });
        expect(end).toEqual({ ...reference.end, dead: 1 });
      },
      ENOUGH_MS,
    );
  });
});
