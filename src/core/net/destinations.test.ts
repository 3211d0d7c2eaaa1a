import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressSetOfCidrs, contains } from "./address-set.ts";
import type { Cidr } from "./cidr.ts";
import {
  canonicalDestinations,
  type Destination,
  destinationsLost,
  openInBoth,
  opensNoMore,
  without,
} from "./destinations.ts";

const PROTOCOLS = ["tcp", "udp", "47", "-1"] as const;

const destination = fc
  .tuple(
    fc.constantFrom(...PROTOCOLS),
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 0, max: 2 }),
    fc.integer({ min: 0, max: 3 }),
    fc.constantFrom(32, 31, 30),
  )
  .map(
    ([protocol, from, more, host, length]): Destination => ({
      protocol,
      ...(protocol === "tcp" || protocol === "udp" ? { from, to: from + more } : { from: 0, to: 65_535 }),
      addresses: addressSetOfCidrs([`10.0.0.${host & ~(2 ** (32 - length) - 1)}/${length}` as Cidr]),
    }),
  );
const list = fc.array(destination, { maxLength: 5 });

/** What a list opens, one destination after another: `tcp 3 10.0.0.1`; `99` is a protocol that nothing names. */
function each(of: readonly Destination[]): ReadonlySet<string> {
  const out = new Set<string>();
  for (const protocol of ["tcp", "udp", "47", "99"])
    for (const port of [0, 1, 2, 3, 4, 5, 6])
      for (const value of [0, 1, 2, 3])
        if (
          of.some(
            (d) =>
              (d.protocol === "-1" || d.protocol === protocol) &&
              d.from <= port &&
              port <= d.to &&
              contains(d.addresses, { family: 4, value: 0x0a00_0000 + value }),
          )
        )
          out.add(`${protocol} ${port} ${value}`);
  return out;
}

describe("destinations", () => {
  it("are written in one way, whatever they were made from", () => {
    fc.assert(
      fc.property(list, (a) => {
        const canonical = canonicalDestinations(a);
        expect(each(canonical)).toEqual(each(a));
        expect(canonicalDestinations([...a].reverse())).toEqual(canonical);
        expect(canonicalDestinations(canonical)).toEqual(canonical);
      }),
    );
  });

  it("are compared, joined and lost one by one", () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        const [inA, inB] = [each(a), each(b)];
        expect(each(openInBoth(a, b))).toEqual(new Set([...inA].filter((x) => inB.has(x))));
        expect(opensNoMore(a, b)).toBe([...inA].every((x) => inB.has(x)));
        const lost = destinationsLost(a, b);
        for (const value of [0, 1, 2, 3])
          expect(contains(lost, { family: 4, value: 0x0a00_0000 + value })).toBe(
            [...inA].some((x) => x.endsWith(` ${value}`) && !inB.has(x)),
          );
      }),
    );
  });

  it("are taken away exactly for TCP and UDP, and never too little of any protocol", () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        const [inB, left] = [each(b), each(without(a, b))];
        const want = new Set([...each(a)].filter((x) => !inB.has(x)));
        expect([...left].filter((x) => !want.has(x))).toEqual([]);
        const exact = (set: ReadonlySet<string>) => [...set].filter((x) => /^(tcp|udp)/.test(x));
        expect(exact(left)).toEqual(exact(want));
      }),
    );
  });
});
