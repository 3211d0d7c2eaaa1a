import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressKey, formatAddress, parseAddress } from "./address.ts";

const read = (text: string): string => {
  const parsed = parseAddress(text);
  return parsed.ok ? formatAddress(parsed.value) : parsed.error.code;
};

describe("parseAddress", () => {
  it.each([
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["10.20.4.17", "10.20.4.17"],
    ["", "ADDRESS_SYNTAX"],
    ["10.20.4", "ADDRESS_SYNTAX"],
    ["10.20.4.", "ADDRESS_SYNTAX"],
    [".10.20.4", "ADDRESS_SYNTAX"],
    ["10..20.4", "ADDRESS_SYNTAX"],
    ["10.20.4.17.1", "ADDRESS_SYNTAX"],
    ["10.20.4.256", "ADDRESS_SYNTAX"],
    ["10.20.04.1", "ADDRESS_SYNTAX"],
    ["10.20.00.1", "ADDRESS_SYNTAX"],
    ["010.20.4.1", "ADDRESS_SYNTAX"],
    [" 10.20.4.1", "ADDRESS_SYNTAX"],
    ["10.20.4.1 ", "ADDRESS_SYNTAX"],
    ["10.20.4.-1", "ADDRESS_SYNTAX"],
    ["10.20.4.0x1", "ADDRESS_SYNTAX"],
    ["4294967295", "ADDRESS_SYNTAX"],
  ])("reads IPv4 %j as %s", (text, want) => expect(read(text)).toBe(want));

  it.each([
    ["::", "::"],
    ["::1", "::1"],
    ["1::", "1::"],
    ["2001:DB8::0017", "2001:db8::17"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
    ["::ffff:10.0.0.1", "::ffff:10.0.0.1"],
    ["::ffff:a00:1", "::ffff:10.0.0.1"],
    ["64:ff9b::10.0.0.1", "64:ff9b::a00:1"],
    ["1:2:3:4:5:6:10.0.0.1", "1:2:3:4:5:6:a00:1"],
    [":", "ADDRESS_SYNTAX"],
    [":::", "ADDRESS_SYNTAX"],
    ["1::2::3", "ADDRESS_SYNTAX"],
    ["1:2:3:4:5:6:7", "ADDRESS_SYNTAX"],
    ["1:2:3:4:5:6:7:8:9", "ADDRESS_SYNTAX"],
    ["1:2:3:4::5:6:7:8", "ADDRESS_SYNTAX"],
    ["12345::", "ADDRESS_SYNTAX"],
    ["g::", "ADDRESS_SYNTAX"],
    [":1:2:3:4:5:6:7", "ADDRESS_SYNTAX"],
    ["1:2:3:4:5:6:7:", "ADDRESS_SYNTAX"],
    ["10.0.0.1::", "ADDRESS_SYNTAX"],
    ["::10.0.0", "ADDRESS_SYNTAX"],
    ["::10.0.0.01", "ADDRESS_SYNTAX"],
    ["fe80::1%eth0", "ADDRESS_SYNTAX"],
    ["[::1]", "ADDRESS_SYNTAX"],
  ])("reads IPv6 %j as %s", (text, want) => expect(read(text)).toBe(want));

  it("offers the address without its zone", () => {
    const parsed = parseAddress("fe80::1%eth0");
    expect(parsed.ok ? "" : parsed.error.fix).toBe('write "fe80::1"');
  });

  it("keeps a v4-mapped address apart from the IPv4 address", () => {
    const keys = ["::ffff:10.0.0.1", "10.0.0.1"].map((text) => {
      const parsed = parseAddress(text);
      return parsed.ok ? addressKey(parsed.value) : "";
    });
    expect(keys[0]).not.toBe(keys[1]);
  });

  it("reads back every address that it writes", () => {
    const sparse = fc
      .array(fc.oneof(fc.constant(0n), fc.bigInt(0n, 0xffffn)), { minLength: 8, maxLength: 8 })
      .map((groups) => groups.reduce((value, group) => (value << 16n) | group, 0n));
    fc.assert(
      fc.property(sparse, fc.integer({ min: 0, max: 0xffff_ffff }), (value6, value4) => {
        for (const address of [
          { family: 6, value: value6 },
          { family: 4, value: value4 },
        ] as const) {
          expect(parseAddress(formatAddress(address))).toEqual({ ok: true, value: address });
        }
      }),
    );
  });

  it("answers any text without throwing", () => {
    const soup = fc.string({ unit: fc.constantFrom("0", "1", "9", "f", ":", ".", "/", "%", " ") });
    fc.assert(fc.property(soup, (text) => typeof parseAddress(text).ok === "boolean"));
  });
});
