import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FlowLogFault } from "../../ports/flow-log-objects.ts";
import { INFLATE_LIMITS, type InflateLimits } from "./gunzip-pump.ts";
import { inflate } from "./gunzip-stream.ts";
import { gunzipWhole } from "./gunzip-whole.ts";
import { giveBack } from "./lent-memory.ts";

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(
  bytes: Uint8Array,
  { size = 1000, limits = INFLATE_LIMITS }: { size?: number; limits?: InflateLimits } = {},
): Promise<{ readonly text: string; readonly fault?: FlowLogFault }> {
  const out: Uint8Array[] = [];
  try {
    for await (const chunk of inflate(pieces(bytes, size), "x.log.gz", limits)) out.push(chunk);
  } catch (error) {
    if (error instanceof FlowLogFault) return { text: Buffer.concat(out).toString(), fault: error };
    throw error;
  }
  return { text: Buffer.concat(out).toString() };
}

const lines = Array.from({ length: 5000 }, (_, i) => `10.0.${i % 256}.${(i * 7) % 256} ${i} ACCEPT\n`).join(
  "",
);
const gz = gzipSync(lines);

describe("inflate", () => {
  it.each([5, 1000, 1_000_000])("inflates in pieces of %i bytes", async (size) => {
    expect((await read(gz, { size })).text).toBe(lines);
  });

  it("inflates every member of a gzip file", async () => {
    const text = (await read(Buffer.concat([gzipSync("a\n"), gzipSync("b\n"), gz]))).text;
    expect(text).toBe(`a\nb\n${lines}`);
  });

  it.each([
    ["plain text", Buffer.from("srcaddr dstaddr\n")],
    ["one byte", Buffer.from("-")],
    ["Parquet", Buffer.from("PAR1....PAR1")],
    ["nothing", Buffer.alloc(0)],
  ])("passes on %s as it is", async (_, bytes) => {
    const result = await read(bytes, { size: 1 });
    expect(result).toEqual({ text: bytes.toString() });
  });

  it("gives all lines of a file that lacks its end, then the fault", async () => {
    const { text, fault } = await read(gz.subarray(0, gz.length - 20));
    expect(lines.startsWith(text)).toBe(true);
    expect(text.length).toBeGreaterThan(lines.length - 20_000);
    expect(fault?.message).toBe('"x.log.gz" ends in the middle of its gzip data');
  });

  it("gives everything when only the checksum is wrong, then the fault", async () => {
    const bad = Buffer.from(gz);
    bad[bad.length - 6] = (bad[bad.length - 6] ?? 0) ^ 0xff;
    const { text, fault } = await read(bad);
    expect(text).toBe(lines);
    expect(fault?.message).toContain("corrupt gzip data");
  });

  it("gives what stands before corrupt data", async () => {
    const bad = Buffer.concat([
      gzipSync("good\n"),
      Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff]),
    ]);
    const { text, fault } = await read(bad, { size: 25 });
    expect(text).toBe("good\n");
    expect(fault).toBeInstanceOf(FlowLogFault);
  });

  it("gives most of what stands before corrupt data within a member", async () => {
    const bad = Buffer.from(gz);
    bad.fill(0xff, 6000, 6100);
    const { text, fault } = await read(bad);
    expect(text.length).toBeGreaterThan(10_000);
    expect(lines.startsWith(text.slice(0, 10_000))).toBe(true);
    expect(fault).toBeInstanceOf(FlowLogFault);
  });

  it("gives all that came before its source breaks off", async () => {
    async function* source(): AsyncGenerator<Uint8Array> {
      yield* pieces(gz.subarray(0, gz.length - 20), 700);
      throw new Error("the connection is gone");
    }
    let text = "";
    const reading = (async () => {
      for await (const chunk of inflate(source(), "x")) text += Buffer.from(chunk).toString();
    })();
    await expect(reading).rejects.toThrow("the connection is gone");
    expect(lines.startsWith(text)).toBe(true);
    expect(text.length).toBeGreaterThan(lines.length - 20_000);
  });

  it("stops a gzip bomb by its ratio, and by its size", async () => {
    const bomb = gzipSync(Buffer.alloc(8_000_000, 0x2d));
    const byRatio = await read(bomb, { limits: { maxBytes: 1e9, maxRatio: 100, ratioFrom: 1_000_000 } });
    expect(byRatio.fault?.message).toBe(
      '"x.log.gz" inflates to more than 100 times its size, as a gzip bomb does',
    );
    expect(byRatio.text.length).toBeLessThan(1_100_000);
    const bySize = await read(bomb, { limits: { maxBytes: 50_000, maxRatio: 1e9, ratioFrom: 0 } });
    expect(bySize.fault?.message).toContain("gives more than 50000 bytes");
    const plain = await read(Buffer.alloc(9000, 0x2d), { limits: { ...INFLATE_LIMITS, maxBytes: 5000 } });
    expect(plain.fault?.message).toContain("gives more than 5000 bytes");
  });

  it("closes its source when the reader stops early", async () => {
    let closed = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        while (true) yield gz;
      } finally {
        closed = true;
      }
    }
    for await (const chunk of inflate(source(), "x")) if (chunk.length > 0) break;
    expect(closed).toBe(true);
  });
});

/** No text is short enough for them to be inflated in one go. */
const PIECE_BY_PIECE: InflateLimits = {
  ...INFLATE_LIMITS,
  ratioFrom: -1,
  maxRatio: Number.POSITIVE_INFINITY,
};

describe("a small object, inflated in one go", () => {
  const text = fc
    .tuple(fc.nat(400), fc.nat(255))
    .map(([count, seed]) => lines.slice(0, 40 * count) + "x".repeat(seed));
  const member = text.map((each) => gzipSync(each));
  const tail = fc.oneof(
    fc.constant(Buffer.alloc(0)),
    fc.nat(20).map((zeros) => Buffer.alloc(zeros)),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
    member,
    member.map((bytes) => bytes.subarray(0, bytes.length >> 1)),
  );
  const damage = fc.oneof(
    fc.constant((bytes: Buffer) => bytes),
    fc.nat().map((at) => (bytes: Buffer) => bytes.subarray(0, 2 + (at % (bytes.length - 1)))),
    fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, bits]) => (bytes: Buffer) => {
      const place = 2 + (at % (bytes.length - 2));
      bytes[place] = (bytes[place] ?? 0) ^ bits;
      return bytes;
    }),
    fc.nat(100_000).map((length) => (bytes: Buffer) => {
      bytes.writeUInt32LE(length, bytes.length - 4);
      return bytes;
    }),
  );

  it("gives what it gives piece by piece, whatever is wrong with it", async () => {
    await fc.assert(
      fc.asyncProperty(member, tail, damage, async (first, more, spoil) => {
        const bytes = spoil(Buffer.concat([first, more]));
        expect(await read(bytes)).toEqual(await read(bytes, { limits: PIECE_BY_PIECE }));
      }),
      { numRuns: 1500 },
    );
  });

  it("gives what it gives piece by piece wherever it is cut, and whichever byte is wrong", async () => {
    const small = gzipSync(lines.slice(0, 400));
    for (let at = 2; at < small.length; at += 1) {
      const wrong = Buffer.from(small);
      wrong[at] = (wrong[at] ?? 0) ^ 0x10;
      for (const bytes of [small.subarray(0, at), wrong])
        expect(await read(bytes)).toEqual(await read(bytes, { limits: PIECE_BY_PIECE }));
    }
  });

  it("lies in one piece of memory, which is free once it was given back", async () => {
    const text = await gunzipWhole(gz, "x", INFLATE_LIMITS);
    expect(text?.toString()).toBe(lines);
    if (text === undefined) return;
    giveBack(text.subarray(0, 1000));
    expect(text.length).toBe(lines.length);
    giveBack(text.subarray(1000));
    expect(text.length).toBe(0);
  });

  it("is none that says that it is larger than it is, or smaller", async () => {
    for (const length of [0, lines.length - 1, lines.length + 1]) {
      const lying = Buffer.from(gz);
      lying.writeUInt32LE(length, lying.length - 4);
      expect(await gunzipWhole(lying, "x", INFLATE_LIMITS)).toBeUndefined();
    }
  });
});

it("frees no memory of others", () => {
  const shared = new Uint8Array(100);
  giveBack(shared);
  giveBack(Buffer.from("from the pool"));
  expect(shared.length).toBe(100);
});
