import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pageReader, readHybrid } from "./parquet-codes.ts";

/** Bit-packs numbers as Parquet does: eight at a time, the lowest bit first. Slow and obvious. */
function packed(numbers: readonly number[], width: number): number[] {
  const groups = Math.ceil(numbers.length / 8);
  const bits = Array.from({ length: groups * 8 }, (_, at) => numbers[at] ?? 0).flatMap((number) =>
    Array.from({ length: width }, (_, bit) => Math.floor(number / 2 ** bit) % 2),
  );
  const bytes = Array.from({ length: groups * width }, (_, byte) =>
    bits.slice(byte * 8, byte * 8 + 8).reduce((sum, bit, at) => sum + bit * 2 ** at, 0),
  );
  return [...varint(groups * 2 + 1), ...bytes];
}

const repeated = (number: number, times: number, width: number): number[] => [
  ...varint(times * 2),
  ...Array.from({ length: Math.ceil(width / 8) }, (_, at) => Math.floor(number / 256 ** at) % 256),
];

const varint = (number: number): number[] =>
  number < 128 ? [number] : [(number % 128) + 128, ...varint(Math.floor(number / 128))];

/** Runs of either kind, of numbers that have so many bits. */
const runs = fc.integer({ min: 1, max: 31 }).chain((width) => {
  const number = fc.integer({ min: 0, max: 2 ** width - 1 });
  const run = fc.oneof(
    fc.array(number, { minLength: 1, maxLength: 40 }).map((numbers) => ({ numbers, isPacked: true })),
    fc
      .tuple(number, fc.integer({ min: 1, max: 300 }))
      .map(([n, times]) => ({ numbers: Array.from({ length: times }, () => n), isPacked: false })),
  );
  return fc.record({
    width: fc.constant(width),
    runs: fc.array(run, { minLength: 1, maxLength: 5 }),
    after: fc.nat(6),
  });
});

describe("runs of codes", () => {
  it("are read as they were written, whatever their width and what follows", () => {
    fc.assert(
      fc.property(runs, ({ width, runs, after }) => {
        // Only the last packed run may be no multiple of eight: its rest is padding.
        const whole = runs.map(({ numbers, isPacked }, at) => ({
          isPacked,
          numbers:
            isPacked && at < runs.length - 1
              ? [...numbers, ...Array.from({ length: -numbers.length & 7 }, () => 0)]
              : numbers,
        }));
        const bytes = whole.flatMap(({ numbers, isPacked }) =>
          isPacked ? packed(numbers, width) : repeated(numbers[0] ?? 0, numbers.length, width),
        );
        const want = whole.flatMap(({ numbers }) => numbers);
        const output = new Int32Array(want.length + 4).fill(-7);
        const reader = pageReader(Uint8Array.from([...bytes, ...Array.from({ length: after }, () => 255)]));
        const most = readHybrid(reader, width, output, 2, want.length);
        expect([...output]).toEqual([-7, -7, ...want, -7, -7]);
        expect(most).toBe(Math.max(...want));
        expect(reader.offset).toBe(bytes.length);
      }),
      { numRuns: 300 },
    );
  });

  it("are not read beyond the end of the page", () => {
    const bytes = packed([1, 2, 3, 4, 5, 6, 7, 8], 7).slice(0, -1);
    expect(() => readHybrid(pageReader(Uint8Array.from(bytes)), 7, new Int32Array(8), 0, 8)).toThrow(
      RangeError,
    );
  });

  it("of no values are damage, not a loop without end", () => {
    expect(() => readHybrid(pageReader(Uint8Array.of(0, 0)), 1, new Int32Array(8), 0, 8)).toThrow(RangeError);
  });
});
