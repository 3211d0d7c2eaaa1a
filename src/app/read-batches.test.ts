import { describe, expect, it } from "vitest";
import { knownDatabases } from "../core/flow/known-databases.ts";
import { AwsFault, type AwsFaultKind } from "../ports/aws-fault.ts";
import { FlowLogFault, type FlowLogFaultKind, type FlowLogObject } from "../ports/flow-log-objects.ts";
import { type ReadBatches, readBatches } from "./read-batches.ts";

const HEADER = "srcaddr dstaddr dstport protocol tcp-flags srcport action";
const clock = { now: () => 0, sleep: async () => undefined };

const line = (source: string): string => `${source} 10.9.0.1 3306 6 2 50000 ACCEPT`;

/** An object that gives these lines, then throws what is given; and counts its reads. */
function object(name: string, sources: readonly string[], fault?: Error) {
  const reads = { count: 0 };
  const read = async function* (): AsyncGenerator<Uint8Array> {
    reads.count += 1;
    yield new TextEncoder().encode(`${[HEADER, ...sources.map(line)].join("\n")}\n`);
    if (fault !== undefined) throw fault;
  };
  return { name, read, reads } satisfies FlowLogObject & { reads: object };
}

const objectFault = (kind: FlowLogFaultKind) => new FlowLogFault("o", `o is ${kind}`, "look", kind);
const awsFault = (kind: AwsFaultKind) => new AwsFault(kind, "Code", "s3:GetObject", `AWS: ${kind}`, "wait");

const consumers = ({ table }: ReadBatches): readonly string[] =>
  table.conversations(knownDatabases([])).map(({ consumer }) => consumer);

describe("readBatches", () => {
  it("reads an object of several batches once", async () => {
    const shared = object("a", ["10.0.0.1"]);
    const batches = [
      { id: "m1", objects: [shared] },
      { id: "m2", objects: [shared, object("b", ["10.0.0.2"])] },
    ];
    const read = await readBatches(batches, { clock });
    expect(read).toMatchObject({ read: ["m1", "m2"], failed: [] });
    expect(read.table.input).toMatchObject({ objects: 2, records: 2 });
    expect(shared.reads.count).toBe(1);
  });

  it.each<FlowLogFaultKind>(["damaged", "absent"])(
    "takes what a %s object gave, and says so",
    async (kind) => {
      const read = await readBatches(
        [{ id: "m1", objects: [object("a", ["10.0.0.1"], objectFault(kind)), object("b", ["10.0.0.2"])] }],
        { clock },
      );
      expect(read).toMatchObject({ read: ["m1"], failed: [], incomplete: ["a"] });
      expect(consumers(read)).toEqual(["10.0.0.1", "10.0.0.2"]);
    },
  );

  it.each([
    { fault: objectFault("denied"), code: "FLOW_OBJECT_DENIED" },
    { fault: objectFault("interrupted"), code: "FLOW_OBJECT_INTERRUPTED" },
    { fault: awsFault("denied"), code: "AWS_DENIED" },
    { fault: awsFault("staleRead"), code: "AWS_STALE_READ" },
  ])("$code fails the batch alone, and nothing of it counts", async ({ fault, code }) => {
    const read = await readBatches(
      [
        { id: "m1", objects: [object("a", ["10.0.0.1"]), object("b", ["10.0.0.2"], fault)] },
        { id: "m2", objects: [object("c", ["10.0.0.3"])] },
      ],
      { clock },
    );
    expect(read).toMatchObject({ read: ["m2"], failed: [{ id: "m1", problem: { code } }] });
    expect(consumers(read)).toEqual(["10.0.0.3"]);
  });

  it.each<AwsFaultKind>(["credentials", "throttled", "unreachable", "unavailable"])(
    "asks nothing more once the store is %s",
    async (kind) => {
      const later = object("b", ["10.0.0.2"]);
      const read = await readBatches(
        [
          { id: "m1", objects: [object("a", [], awsFault(kind))] },
          { id: "m2", objects: [later] },
        ],
        { clock },
      );
      expect(read.failed.map(({ id }) => id)).toEqual(["m1", "m2"]);
      expect(later.reads.count).toBe(0);
    },
  );

  it("begins nothing new when the time is over", async () => {
    const times = [0, 0, 5];
    const ticking = { ...clock, now: () => times.shift() ?? 5 };
    const [first, second] = [object("a", ["10.0.0.1"]), object("b", ["10.0.0.2"])];
    const batches = [
      { id: "m1", objects: [first] },
      { id: "m2", objects: [second] },
    ];
    const read = await readBatches(batches, { clock: ticking, stopAt: 5 });
    expect(read).toMatchObject({ read: ["m1"], failed: [{ id: "m2", problem: { code: "OUT_OF_TIME" } }] });
    expect(second.reads.count).toBe(0);
  });

  it("lets a bug of ours through", async () => {
    const batches = [{ id: "m1", objects: [object("a", [], new TypeError("a bug"))] }];
    await expect(readBatches(batches, { clock })).rejects.toThrow(TypeError);
  });
});
