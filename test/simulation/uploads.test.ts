import { describe, expect, it } from "vitest";
import { textsInMemory } from "../../src/adapters/notify/texts-in-memory.ts";
import { createPceClient } from "../../src/adapters/pce/pce-client.ts";
import { trafficUploadOf } from "../../src/adapters/pce/pce-traffic-upload.ts";
import { uploadLedger } from "../../src/adapters/pce/upload-ledger.ts";
import {
  DEAD_AFTER_MS,
  type UploadPorts,
  uploadTraffic,
  type WindowFlows,
} from "../../src/app/upload-traffic.ts";
import { flowKey, type UploadFlow } from "../../src/core/upload/upload-flow.ts";
import type { TrafficUpload } from "../../src/ports/traffic-upload.ts";
import { type UploadLedger, UploadLedgerFault } from "../../src/ports/upload-ledger.ts";
import { createSandboxPce, SANDBOX_KEY } from "../../src/sandbox/pce/index.ts";
import { type Dice, dice } from "./dice.ts";
import { directPceFetch } from "./direct-pce-fetch.ts";

/**
 * Messages that come twice, late and out of order, to handlers that run at once, fail and die at any step, before a
 * PCE that refuses, gives no answer, or takes a part: each conversation of an hour is there once, or is named as one
 * of which nobody knows.
 */
const START = Date.UTC(2026, 7, 15, 22);
const HOURS = 3;

class Died extends Error {}

const yieldTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The provider says which hour a flow belongs to, since a PCE keeps no time. */
function flowOf(hour: number, n: number): UploadFlow {
  return { consumer: `10.0.${n >> 8}.${n & 255}`, provider: `10.9.0.${hour + 1}`, port: 3306, protocol: 6 };
}

/** One object: flows of one hour, of which other objects have some, too. */
function someObject(roll: Dice): WindowFlows {
  const hour = roll.upTo(HOURS);
  const from = roll.upTo(600);
  const count = 1 + roll.upTo(roll.chance(0.1) ? 2_600 : 300);
  const flows = Array.from({ length: count }, (_, i) => flowOf(hour, from + i));
  return { window: `2026-08-15T${20 + hour}`, flows };
}

/** Calls fail or the process dies, before the call had its effect or after. */
async function around<T>(roll: Dice, percent: number, work: () => Promise<T>): Promise<T> {
  const misfortune = (): void => {
    if (!roll.chance(percent / 100)) return;
    if (roll.chance(0.5)) throw new Died();
    throw new UploadLedgerFault("The ledger does not answer", "Wait");
  };
  await yieldTurn();
  misfortune();
  const done = await work();
  misfortune();
  return done;
}

const unreliable = (ledger: UploadLedger, roll: Dice): UploadLedger => ({
  ...ledger,
  read: (window) => around(roll, 3, () => ledger.read(window)),
  write: (window, next, over) =>
    around(roll, 3, async () => {
      const wrote = await ledger.write(window, next, over);
      // A client that sends a write again after a lost answer is told that somebody was faster: it was itself.
      return wrote && !roll.chance(0.05);
    }),
});

/** Dies around an upload; now and then one line of it is such as the PCE refuses. */
const mortal = (to: TrafficUpload, roll: Dice): TrafficUpload => ({
  upload: async (flows) => {
    await yieldTurn();
    if (roll.chance(0.03)) throw new Died();
    const bad = roll.chance(0.15) ? roll.upTo(flows.length) : -1;
    const receipt = await to.upload(flows.map((f, i) => (i === bad ? { ...f, consumer: "nobody" } : f)));
    if (roll.chance(0.03)) throw new Died();
    return receipt;
  },
});

function world(seed: number) {
  const roll = dice(seed, 3);
  const time = { now: START };
  const clock = {
    now: () => time.now,
    sleep: async (ms: number) => {
      time.now += ms;
      await yieldTurn();
    },
  };
  const pce = createSandboxPce({ now: () => time.now });
  for (const answer of [
    { kind: "status", status: 503 },
    { kind: "disconnect" },
    { kind: "status", status: 403 },
  ] as const)
    for (const afterwards of answer.kind === "status" && answer.status === 403 ? [false] : [false, true])
      pce.faults.add({
        when: ({ path }) => path.endsWith("bulk_traffic_flows") && roll.chance(0.02),
        answer,
        afterwards,
      });
  const client = createPceClient({
    url: "http://localhost",
    credentials: async () => ({ user: SANDBOX_KEY.keyId, secret: SANDBOX_KEY.secret }),
    clock,
    fetch: directPceFetch(pce),
  });
  const ledger = uploadLedger(textsInMemory(() => time.now));
  let ids = 0;
  const ports = (calm: boolean): UploadPorts => ({
    to: calm ? trafficUploadOf(client) : mortal(trafficUploadOf(client), roll),
    ledger: calm ? ledger : unreliable(ledger, roll),
    clock,
    newId: () => `chunk-${ids++}`,
  });
  return { roll, time, pce, ledger, ports };
}

/** Works on messages until each was taken to its end; some come again even so. */
async function handle(queue: WindowFlows[], roll: Dice, ports: UploadPorts): Promise<void> {
  while (queue.length > 0) {
    const batch = Array.from({ length: Math.min(3, queue.length) }, () =>
      queue.splice(roll.upTo(queue.length), 1),
    ).flat();
    const done = await uploadTraffic(ports, { keepDays: 400 }, batch).then(
      ({ problem }) => problem === undefined,
      (error: unknown) => {
        if (error instanceof Died) return false;
        throw error;
      },
    );
    if (!done) queue.push(...batch);
    else if (roll.chance(0.1)) queue.push(...batch.slice(0, 1));
  }
}

describe("uploads under failures", () => {
  const seeds = Number(process.env.MOAT_UPLOAD_SEEDS ?? 60);

  it(`each conversation is at the PCE once or named as unsure, in ${seeds} seeds`, async () => {
    const seen = { unsure: 0, failed: 0, received: 0 };
    for (let seed = 1; seed <= seeds; seed += 1) {
      const { roll, time, pce, ledger, ports } = world(seed);
      const objects = Array.from({ length: 30 }, () => someObject(roll));
      const truth = new Map(objects.flatMap(({ flows }) => flows.map((flow) => [flowKey(flow), flow])));
      const queue = [...objects, ...roll.some(objects, 0.25)];
      const handlers = [ports(false), ports(false), ports(false)];
      await Promise.all(handlers.map((each) => handle(queue, roll, each)));
      // Calm: the dead are known as dead, and everything comes once more.
      pce.faults.clear();
      time.now += DEAD_AFTER_MS + 1;
      const { figures, problem } = await uploadTraffic(ports(true), { keepDays: 400 }, objects);
      const says = (what: string) => `seed ${seed}: ${what}`;
      expect(problem, says("nothing is left")).toBeUndefined();

      const at = new Map<string, number>();
      for (const { srcIp, dstIp, dstPort, protocol } of pce.receivedFlows) {
        const key = flowKey({ consumer: srcIp, provider: dstIp, port: dstPort, protocol });
        at.set(key, (at.get(key) ?? 0) + 1);
      }
      const unsure = new Set(figures.doubts.flatMap(({ flows }) => flows.map(flowKey)));
      expect(
        [...at.values()].filter((count) => count > 1),
        says("none twice"),
      ).toEqual([]);
      expect(
        [...at.keys()].filter((key) => !truth.has(key)),
        says("none invented"),
      ).toEqual([]);

      const windows = await Promise.all((await ledger.list()).map(({ id }) => ledger.read(id)));
      const told = windows.flatMap((entry) => entry?.window.told ?? []).map(flowKey);
      const sums = windows.flatMap((entry) => entry?.window.sums ?? []);
      const sum = (name: "sent" | "received" | "failed") => sums.reduce((n, each) => n + each[name], 0);
      expect(sum("sent"), says("sent = received + failed")).toBe(sum("received") + sum("failed"));
      expect(told.length).toBe(sum("sent"));
      // Each flow is told of or in doubt, and in one place only.
      expect([...told, ...unsure].toSorted(), says("each in one place")).toEqual(
        [...truth.keys()].toSorted(),
      );
      expect(told.filter((key) => at.has(key)).length, says("received is what is there")).toBe(
        sum("received"),
      );
      seen.unsure += unsure.size;
      seen.failed += sum("failed");
      seen.received += sum("received");
    }
    // The world was as bad as it was meant to be, and most came through.
    expect(seen.unsure).toBeGreaterThan(0);
    expect(seen.failed).toBeGreaterThan(0);
    expect(seen.received).toBeGreaterThan(seen.unsure);
  }, 240_000);
});
