import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress } from "../../src/core/net/address.ts";
import {
  type AddressSet,
  addressSetOfRanges,
  contains,
  equals,
  intersect,
  isEmpty,
  toCidrs,
  union,
} from "../../src/core/net/address-set.ts";
import { canonicalCidr, cidrBlock, rangeOfBlock } from "../../src/core/net/cidr.ts";
import type { DatabasePolicy, Resolution } from "../../src/core/policy/resolution.ts";
import { resolvePolicy } from "../../src/core/policy/resolve-policy.ts";
import { everyByte } from "../support/every-byte.ts";
import { policyOracle } from "./policy-oracle.ts";
import { ADDRESSES, disturbed, type World, world } from "./policy-world.ts";

const PACKETS_PER_WORLD = ADDRESSES.length * 2;
const PACKETS = Number(process.env.MOAT_ORACLE_RUNS ?? 40_000);
const WORLDS = Math.ceil(PACKETS / PACKETS_PER_WORLD);

function has(set: AddressSet, text: string): boolean {
  const address = parseAddress(text);
  return address.ok && contains(set, address.value);
}

function databasePolicy(resolution: Resolution, arn: string): DatabasePolicy {
  const found = resolution.databases.get(arn);
  if (found === undefined) throw new Error(`No answer for ${arn}`);
  return found;
}

describe("resolvePolicy against an oracle that asks one packet at a time", () => {
  it(`agrees on every address and database (${WORLDS} worlds)`, () => {
    const seen = { allowed: 0, denied: 0, incomplete: 0, packets: 0 };
    const check = ({ policy, databases, options }: World): void => {
      const resolution = resolvePolicy(policy, databases, options);
      for (const database of databases) {
        const answer = databasePolicy(resolution, database.arn);
        const oracle = policyOracle(policy, database, options);
        const standing = answer.matched.filter((object) => object.kind === "workload");
        expect(standing.map((object) => object.href)).toEqual([...oracle.standing()].sort());
        const wrong = ADDRESSES.filter((text) => has(answer.allowed, text) !== oracle.allows(text));
        expect({ database: database.arn, wrong }).toEqual({ database: database.arn, wrong: [] });
        expect(answer.incomplete.length > 0).toBe(oracle.incomplete());
        seen.packets += ADDRESSES.length;
        seen.allowed += ADDRESSES.filter((text) => has(answer.allowed, text)).length;
        seen.denied += ADDRESSES.filter((text) => has(answer.overrideDenied, text)).length;
        seen.incomplete += answer.incomplete.length > 0 ? 1 : 0;
      }
    };
    fc.assert(fc.property(world, check), { numRuns: WORLDS });
    // An oracle that is asked only what nobody may do would agree with anything.
    expect(seen.allowed / seen.packets).toBeGreaterThan(0.03);
    expect(seen.denied / seen.packets).toBeGreaterThan(0.03);
    expect(seen.incomplete).toBeGreaterThan(0);
  }, 3_600_000);

  it("gives reasons whose addresses together are exactly what is allowed", () => {
    const check = ({ policy, databases, options }: World): void => {
      for (const answer of resolvePolicy(policy, databases, options).databases.values()) {
        expect(equals(union(...answer.grants.map((grant) => grant.addresses)), answer.allowed)).toBe(true);
      }
    };
    fc.assert(fc.property(world, check), { numRuns: 300 });
  });

  it("names for any range of addresses what the grants that reach into it name", () => {
    const check = ({ policy, databases, options }: World): void => {
      for (const answer of resolvePolicy(policy, databases, options).databases.values()) {
        for (const text of [
          ...ADDRESSES.map((address) => `${address}/${address.includes(":") ? 127 : 30}`),
          ...toCidrs(answer.allowed),
        ]) {
          const cidr = canonicalCidr(text);
          if (!cidr.ok) continue;
          const range = rangeOfBlock(cidrBlock(cidr.value));
          const reaching = answer.grants.filter(
            ({ addresses }) => !isEmpty(intersect(addresses, addressSetOfRanges([range]))),
          );
          expect(answer.reasonsWithin(range)).toEqual(reaching.map((grant) => grant.because));
        }
      }
    };
    fc.assert(fc.property(world, check), { numRuns: 300 });
  });

  it("gives the same bytes whatever the order, and however often members are repeated", () => {
    const check = ({ policy, databases, options }: World, seed: number): void => {
      let state = seed;
      const next = (): number => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        return state / 2 ** 32;
      };
      const again = resolvePolicy(disturbed(policy, next), databases, options);
      expect(everyByte(again)).toBe(everyByte(resolvePolicy(policy, databases, options)));
    };
    fc.assert(fc.property(world, fc.nat(), check), { numRuns: 300 });
  });
});
