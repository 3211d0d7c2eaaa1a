import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contains, formatAddress, formatCidr, parseAddress, parseCidr } from "./cidr.ts";

const canonical = (text: string): string => {
  const cidr = parseCidr(text);
  return cidr === undefined ? "malformed" : formatCidr(cidr);
};

describe("parseCidr", () => {
  it.each([
    { text: "10.9.8.7/24", want: "10.9.8.0/24" },
    { text: "18.178.71.86/20", want: "18.178.64.0/20" },
    { text: "0.0.0.0/0", want: "0.0.0.0/0" },
    { text: "1.2.3.4/0", want: "0.0.0.0/0" },
    { text: "255.255.255.255/32", want: "255.255.255.255/32" },
    { text: "2001:DB8:0:0:0:0:0:1/64", want: "2001:db8::/64" },
    { text: "2001:db8:0:0:1:0:0:1/128", want: "2001:db8::1:0:0:1/128" },
    { text: "2001:0:1:2:3:4:5:6/128", want: "2001:0:1:2:3:4:5:6/128" },
    { text: "::1/0", want: "::/0" },
    { text: "::ffff:10.0.0.1/128", want: "::ffff:a00:1/128" },
    { text: "1::/16", want: "1::/16" },
    { text: "10.0.0.0/33", want: "malformed" },
    { text: "10.0.0.0/08", want: "malformed" },
    { text: "10.0.0.0", want: "malformed" },
    { text: "10.0.0/24", want: "malformed" },
    { text: "10.0.0.256/32", want: "malformed" },
    { text: "010.0.0.1/32", want: "malformed" },
    { text: "10.0.0.0/24/1", want: "malformed" },
    { text: " 10.0.0.0/24", want: "malformed" },
    { text: "::/129", want: "malformed" },
    { text: "1::2::3/64", want: "malformed" },
    { text: "1:2:3:4:5:6:7/64", want: "malformed" },
    { text: "1:2:3:4:5:6:7:8::/64", want: "malformed" },
    { text: "12345::/64", want: "malformed" },
    { text: "1.2.3.4::/64", want: "malformed" },
    { text: "", want: "malformed" },
  ])("$text -> $want", ({ text, want }) => {
    expect(canonical(text)).toBe(want);
  });
});

const ipv4 = fc.bigInt(0n, 2n ** 32n - 1n).map((value) => ({ family: "ipv4" as const, value }));
const ipv6 = fc
  .array(fc.oneof(fc.constant(0n), fc.bigInt(0n, 65_535n)), { minLength: 8, maxLength: 8 })
  .map((groups) => ({
    family: "ipv6" as const,
    value: groups.reduce((sum, group) => sum * 65_536n + group, 0n),
  }));
const address = fc.oneof(ipv4, ipv6);
const withLength = address.chain((it) =>
  fc.record({
    address: fc.constant(it),
    length: fc.integer({ min: 0, max: it.family === "ipv4" ? 32 : 128 }),
  }),
);

describe("canonical form", () => {
  it("reads back what it wrote", () => {
    fc.assert(
      fc.property(address, (it) => {
        expect(parseAddress(formatAddress(it))).toEqual(it);
      }),
    );
  });

  it("is a fixed point", () => {
    fc.assert(
      fc.property(withLength, ({ address: it, length }) => {
        const once = canonical(`${formatAddress(it)}/${length}`);
        expect(canonical(once)).toBe(once);
      }),
    );
  });

  it("is the same for every address of the range, and for none outside", () => {
    fc.assert(
      fc.property(withLength, address, ({ address: it, length }, other) => {
        fc.pre(it.family === other.family);
        const cidr = parseCidr(`${formatAddress(it)}/${length}`);
        const twin = canonical(`${formatAddress(other)}/${length}`);
        if (cidr === undefined) throw new Error("A well-formed CIDR did not parse");
        expect(contains(cidr, it)).toBe(true);
        expect(contains(cidr, other)).toBe(twin === formatCidr(cidr));
      }),
    );
  });

  it("does not depend on how an IPv6 address was written", () => {
    fc.assert(
      fc.property(ipv6, (it) => {
        const hex = it.value.toString(16).padStart(32, "0");
        const full = hex.match(/.{4}/g)?.join(":").toUpperCase() ?? "";
        expect(canonical(`${full}/128`)).toBe(`${formatAddress(it)}/128`);
      }),
    );
  });
});
