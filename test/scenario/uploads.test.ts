import { describe, expect, it } from "vitest";
import { textsInMemory } from "../../src/adapters/notify/texts-in-memory.ts";
import { uploadLedger } from "../../src/adapters/pce/upload-ledger.ts";
import { tendUploads } from "../../src/app/tend-uploads.ts";
import { DEAD_AFTER_MS, uploadTraffic } from "../../src/app/upload-traffic.ts";
import type { UploadFlow } from "../../src/core/upload/upload-flow.ts";
import { PolicyFault } from "../../src/ports/policy-fault.ts";
import type { UploadReceipt } from "../../src/ports/traffic-upload.ts";

const flows = (count: number, from = 0): readonly UploadFlow[] =>
  Array.from({ length: count }, (_, i) => ({
    consumer: `10.0.${(from + i) >> 8}.${(from + i) & 255}`,
    provider: "10.9.0.1",
    port: 1,
    protocol: 6,
  }));
const refusal = new PolicyFault("denied", "The PCE refuses", "ask");
const SETTINGS = { keepDays: 400 };
const HOUR = "2026-08-15T22";
const NOW = Date.UTC(2026, 7, 15, 23);

type Answer = "takes" | "refuses" | "silent" | "failsOne" | "dies";

/** A PCE that answers in this order, then takes everything; and a ledger in memory. */
function world(...answers: readonly Answer[]) {
  let now = NOW;
  let ids = 0;
  const left = [...answers];
  const calls: number[] = [];
  const upload = async (part: readonly UploadFlow[]): Promise<UploadReceipt> => {
    calls.push(part.length);
    const sent = part.length;
    const none = { sent, received: 0, failed: 0, unsure: 0, failures: [] };
    switch (left.shift() ?? "takes") {
      case "refuses":
        throw refusal;
      case "dies":
        throw new TypeError("the process is gone");
      case "silent":
        return { ...none, unsure: sent, failures: [`${sent} flows: no answer`] };
      case "failsOne":
        return { ...none, received: sent - 1, failed: 1, failures: ["10.0.0.0"] };
      default:
        return { ...none, received: sent };
    }
  };
  const clock = { now: () => now, sleep: async () => {} };
  const ledger = uploadLedger(textsInMemory(() => now));
  const ports = { to: { upload }, ledger, clock, newId: () => `id-${ids++}` };
  return {
    calls,
    ports,
    ledger,
    later: (ms: number) => {
      now += ms;
    },
    send: (work: readonly UploadFlow[], window = HOUR, settings = {}) =>
      uploadTraffic(ports, { ...SETTINGS, ...settings }, [{ window, flows: work }]),
  };
}

describe("an upload", () => {
  it("sends a thousand at a time, and nothing a second time", async () => {
    const { calls, send } = world();
    expect((await send(flows(2_500))).figures).toMatchObject({ sent: 2_500, received: 2_500, before: 0 });
    expect(calls).toEqual([1_000, 1_000, 500]);
    expect((await send(flows(2_600))).figures).toMatchObject({ sent: 100, received: 100, before: 2_500 });
    expect((await send(flows(2_600))).figures).toMatchObject({ sent: 0, before: 2_600 });
    expect(calls).toEqual([1_000, 1_000, 500, 100]);
  });

  it("sends a flow again in another hour", async () => {
    const { send } = world();
    await send(flows(3));
    expect((await send(flows(3), "2026-08-15T21")).figures).toMatchObject({ sent: 3, before: 0 });
  });

  it("calls nobody when there is nothing", async () => {
    const { calls, send, ledger } = world();
    expect(await send([])).toMatchObject({ figures: { sent: 0 } });
    expect(calls).toEqual([]);
    expect(await ledger.list()).toEqual([]);
  });

  it("gives back what was refused, and keeps what was taken", async () => {
    const { calls, send } = world("takes", "refuses");
    const first = await send(flows(2_500));
    expect(first).toMatchObject({
      figures: { sent: 1_000, received: 1_000 },
      problem: { code: "POLICY_DENIED" },
    });
    expect((await send(flows(2_500))).figures).toMatchObject({ sent: 1_500, received: 1_500, before: 1_000 });
    expect(calls).toEqual([1_000, 1_000, 1_000, 500]);
  });

  it("leaves what the PCE gave no answer for in doubt, and stops asking", async () => {
    const { send, calls } = world("silent");
    const first = await send(flows(1_500));
    expect(first).toMatchObject({
      figures: { sent: 1_000, received: 0, failed: 0, unsure: 1_000 },
      problem: { code: "UPLOAD_WITHOUT_ANSWER", what: "500 flows were not sent to the PCE" },
    });
    const second = await send(flows(1_500));
    expect(second.problem).toBeUndefined();
    expect(second.figures).toMatchObject({ sent: 500, received: 500, inDoubt: 1_000, before: 0 });
    expect(second.figures.doubts).toEqual([{ window: HOUR, at: NOW, flows: flows(1_000) }]);
    expect(calls).toEqual([1_000, 500]);
  });

  it("sends what is in doubt once more when asked, and says that it may count twice", async () => {
    const { send, later } = world("silent", "takes", "takes");
    await send(flows(10));
    later(1);
    expect((await send(flows(10), HOUR, { resendUnsure: true })).figures).toMatchObject({
      sent: 10,
      received: 10,
      perhapsTwice: 10,
      inDoubt: 0,
      doubts: [],
    });
    expect((await send(flows(10), HOUR, { resendUnsure: true })).figures).toMatchObject({
      sent: 0,
      before: 10,
    });
  });

  it("does not send what a dead run had begun: it is elsewhere first, then in doubt", async () => {
    const { send, later, calls } = world("dies");
    await expect(send(flows(10))).rejects.toThrow(TypeError);
    expect((await send(flows(11))).figures).toMatchObject({ sent: 1, elsewhere: 10, inDoubt: 0 });
    later(DEAD_AFTER_MS + 1);
    expect((await send(flows(11))).figures).toMatchObject({ sent: 0, before: 1, elsewhere: 0, inDoubt: 10 });
    expect(calls).toEqual([10, 1]);
  });

  it("counts what the PCE refuses of a call, and does not send it again", async () => {
    const { send } = world("failsOne");
    expect((await send(flows(10))).figures).toMatchObject({ sent: 10, received: 9, failed: 1 });
    expect((await send(flows(10))).figures).toMatchObject({ sent: 0, before: 10 });
  });

  it("leaves what there is no time for to another run", async () => {
    const { ports, send } = world();
    const out = await uploadTraffic(ports, SETTINGS, [{ window: HOUR, flows: flows(5) }], () => false);
    expect(out).toMatchObject({ figures: { sent: 0 }, problem: { code: "OUT_OF_TIME" } });
    expect((await send(flows(5))).figures).toMatchObject({ sent: 5 });
  });

  it("sends nothing of which nobody would know whether it was sent", async () => {
    const { send, calls } = world();
    expect((await send(flows(5), "2025-07-01T00")).figures).toMatchObject({ sent: 0, closed: 5 });
    expect(calls).toEqual([]);
  });
});

const DAY = 86_400_000;

describe("tending a ledger", () => {
  it("turns marks of the dead unsure, keeps figures after two weeks, and nothing after the history's age", async () => {
    const { ports, send, ledger, later } = world("takes", "dies");
    await send(flows(3));
    await expect(send(flows(5))).rejects.toThrow(TypeError);
    expect(await tendUploads(ports, 400)).toEqual({ removed: 0, closed: 0 });
    later(DEAD_AFTER_MS + 1);
    await tendUploads(ports, 400);
    expect((await ledger.read(HOUR))?.window.open).toMatchObject([{ state: "unsure", flows: { length: 2 } }]);
    later(14 * DAY);
    expect(await tendUploads(ports, 400)).toEqual({ removed: 0, closed: 1 });
    expect((await ledger.read(HOUR))?.window).toEqual({
      told: [],
      open: [],
      sums: { sent: 3, received: 3, failed: 0, perhapsTwice: 0 },
      closed: { unsure: 2 },
    });
    expect((await send(flows(9))).figures).toMatchObject({ sent: 0, closed: 9 });
    later(387 * DAY);
    expect(await tendUploads(ports, 400)).toEqual({ removed: 1, closed: 0 });
    expect(await ledger.list()).toEqual([]);
    expect((await send(flows(9))).figures).toMatchObject({ sent: 0, closed: 9 });
  });

  it("ends when the time is over", async () => {
    const { ports, send, ledger, later } = world();
    await send(flows(3));
    later(500 * DAY);
    expect(await tendUploads(ports, 400, () => true)).toEqual({ removed: 0, closed: 0 });
    expect(await ledger.list()).toHaveLength(1);
  });
});
