import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileFlowLogs } from "../../../adapters/file/file-flow-logs.ts";
import { readTraffic, type Traffic } from "../../../app/read-traffic.ts";
import type { TrafficCrew } from "../../../app/traffic-crew.ts";
import type { TimeWindow } from "../../../core/flow/conversation.ts";
import { ConversationTable } from "../../../core/flow/conversation-table.ts";
import { knownDatabases } from "../../../core/flow/known-databases.ts";
import { AwsFault } from "../../../ports/aws-fault.ts";
import { FlowLogFault, type FlowLogObject, type FlowLogObjects } from "../../../ports/flow-log-objects.ts";
import { flowCrew } from "./flow-crew.ts";

const WORKER = join(import.meta.dirname, "..", "flow-worker.ts");
const HEADER =
  "interface-id srcaddr dstaddr srcport dstport protocol tcp-flags packets bytes start end action";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "moat-crew-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Helpers, however little there is to read. */
function crew(workers: number): TrafficCrew {
  const made = flowCrew(WORKER, workers);
  if (made === undefined) throw new Error("nobody to hire");
  return { ...made, from: 0 };
}

const none = knownDatabases([]);
const told = ({ table, findings, incomplete }: Traffic) => ({
  conversations: table.conversations(none),
  input: table.input,
  outsideWindow: table.outsideWindow,
  withoutTime: table.withoutTime,
  findings,
  incomplete,
});

const address = fc.constantFrom("10.0.0.1", "10.0.0.2", "10.0.9.5", "2001:db8::1", "2001:db8::5");
const line = fc
  .tuple(
    fc.constantFrom("eni-1", "eni-2"),
    address,
    address,
    fc.nat(3),
    fc.constantFrom(0, 2, 18),
    fc.nat(99),
  )
  .map(
    ([eni, from, to, port, flags, at]) =>
      `${eni} ${from} ${to} ${5432 + port} ${5432 + ((port * 7) % 4)} 6 ${flags} 1 60 ${at} ${at + 9} ACCEPT`,
  );
const noLine = fc.constantFrom("nonsense", "", HEADER, "eni-1 - - - - - - - - - - -");
const file = fc
  .record({
    lines: fc.array(fc.oneof({ weight: 8, arbitrary: line }, noLine), { maxLength: 30 }),
    form: fc.constantFrom("plain", "gzip", "members", "cut", "spoiled"),
  })
  .map(({ lines, form }) => {
    const text = Buffer.from(`${HEADER}\n${lines.join("\n")}\n`);
    const packed = gzipSync(text);
    if (form === "plain") return text;
    if (form === "members") return Buffer.concat([packed, gzipSync(`${lines[0] ?? ""}\n`)]);
    if (form === "cut") return packed.subarray(0, packed.length - 12);
    if (form === "spoiled") packed.fill(0xff, 20, 30);
    return packed;
  });

describe("flow logs that several threads read", () => {
  it("give what one thread gives, whatever they hold and whoever read them", async () => {
    const window: TimeWindow = { start: 20, end: 60 };
    await fc.assert(
      fc.asyncProperty(
        fc.array(file, { minLength: 2, maxLength: 9 }),
        fc.boolean(),
        fc.integer({ min: 2, max: 3 }),
        async (files, hasWindow, workers) => {
          rmSync(folder, { recursive: true, force: true });
          folder = mkdtempSync(join(tmpdir(), "moat-crew-"));
          for (const [at, bytes] of files.entries()) writeFileSync(join(folder, `${at}.log`), bytes);
          const read = (helpers?: TrafficCrew) =>
            readTraffic(
              fileFlowLogs([folder]),
              undefined,
              hasWindow ? window : undefined,
              new ConversationTable(),
              helpers,
            );
          expect(told(await read(crew(workers)))).toEqual(told(await read()));
        },
      ),
      { numRuns: 12 },
    );
  }, 120_000);

  /** Objects that only helpers can read, so that they do. */
  const elsewhere = (stored: readonly (() => AsyncIterable<Uint8Array>)[]): FlowLogObjects => ({
    async *list(): AsyncGenerator<FlowLogObject> {
      for (const [at, bytes] of stored.entries())
        yield {
          name: `object ${at}`,
          size: 10,
          stored: bytes,
          // Waits until helpers have had their turn.
          async *read() {
            await new Promise((resolve) => setTimeout(resolve, 1500));
            yield text("10.0.0.9");
          },
        };
    },
  });
  const text = (from: string): Buffer => Buffer.from(`srcaddr dstaddr\n${from} 10.0.9.5\n`);
  const broken = (fault: Error) =>
    async function* bytes(): AsyncGenerator<Uint8Array> {
      yield text("10.0.0.7");
      throw fault;
    };
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield text("10.0.0.8");
  }

  it("give what came of an object that breaks off, and its fault", async () => {
    const fault = new FlowLogFault("object 1", '"object 1" broke off', "Read it again", "interrupted");
    const objects = elsewhere([whole, broken(fault), whole, whole]);
    const traffic = await readTraffic(objects, undefined, undefined, undefined, crew(2));
    expect(traffic.incomplete).toEqual(["object 1"]);
    expect(traffic.findings.map(({ what }) => what)).toContain('"object 1" broke off');
    expect(traffic.table.conversations(none).map(({ consumer }) => consumer)).toContain("10.0.0.7");
  });

  it("end with what would strike every other object, too", async () => {
    const fault = new AwsFault(
      "throttled",
      "SlowDown",
      "s3:GetObject",
      "Please reduce your request rate",
      "Wait",
    );
    const objects = elsewhere([whole, broken(fault), whole, broken(fault)]);
    await expect(readTraffic(objects, undefined, undefined, undefined, crew(2))).rejects.toBe(fault);
  });

  it("are an error when a thread cannot begin", async () => {
    const nobody = flowCrew(join(folder, "no-such-file.ts"), 2);
    const objects = elsewhere([whole, whole, whole, whole]);
    const reading = readTraffic(objects, undefined, undefined, undefined, nobody && { ...nobody, from: 0 });
    await expect(reading).rejects.toThrow("no-such-file");
  });
});

it("hires nobody for one worker, and none for little", () => {
  expect(flowCrew(WORKER, 1)).toBeUndefined();
  expect(flowCrew(WORKER, 2)?.from).toBeGreaterThan(1_000_000);
});
