import fc from "fast-check";
import { expect, it } from "vitest";
import { formatAddress, parseAddress } from "../net/address.ts";
import { addressSetOfCidrs, contains } from "../net/address-set.ts";
import type { Cidr } from "../net/cidr.ts";
import { MOST_CIDRS, newlyAdmitted } from "./newly-admitted.ts";

const setOf = (hosts: readonly number[]) =>
  addressSetOfCidrs(hosts.map((host) => `10.0.${host >> 8}.${host & 255}/32` as Cidr));
const reach = (hosts: readonly number[]) =>
  ({ admitted: setOf(hosts), unknown: [], byReference: false }) as never;

it("holds each address that comes in and none that could before", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(31)), fc.uniqueArray(fc.nat(31)), (now, after) => {
      const { addresses, cidrs, more } = newlyAdmitted(reach(now), setOf(after));
      const opened = addressSetOfCidrs(cidrs);
      const want = after.filter((host) => !now.includes(host));
      expect([addresses, more]).toEqual([BigInt(want.length), 0]);
      for (let host = 0; host < 32; host += 1) {
        const address = parseAddress(`10.0.0.${host}`);
        if (!address.ok) throw new Error(formatAddress({ family: 4, value: host }));
        expect(contains(opened, address.value)).toBe(want.includes(host));
      }
    }),
  );
});

it("counts what it does not list", () => {
  const scattered = Array.from({ length: MOST_CIDRS + 5 }, (_, at) => 2 * at);
  expect(newlyAdmitted(reach([]), setOf(scattered))).toMatchObject({
    addresses: BigInt(MOST_CIDRS + 5),
    cidrs: { length: MOST_CIDRS },
    more: 5,
  });
});
