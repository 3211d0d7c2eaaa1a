import { describe, expect, it } from "vitest";
import { canonicalCidr, cidrBlock, formatCidr, parseCidr } from "./cidr.ts";

describe("parseCidr", () => {
  it.each([
    { text: "10.0.0.0/8", want: "10.0.0.0/8" },
    { text: "0.0.0.0/0", want: "0.0.0.0/0" },
    { text: "10.20.4.17", want: "10.20.4.17/32" },
    { text: "10.20.4.17/32", want: "10.20.4.17/32" },
    { text: "2001:DB8::/32", want: "2001:db8::/32" },
    { text: "2001:db8::17", want: "2001:db8::17/128" },
    { text: "::/0", want: "::/0" },
    { text: "18.178.71.86/20", want: "CIDR_HOST_BITS" },
    { text: "0.0.0.1/0", want: "CIDR_HOST_BITS" },
    { text: "2001:db8::1/64", want: "CIDR_HOST_BITS" },
    { text: "10.0.0.0/33", want: "CIDR_SYNTAX" },
    { text: "2001:db8::/129", want: "CIDR_SYNTAX" },
    { text: "10.0.0.0/08", want: "CIDR_SYNTAX" },
    { text: "10.0.0.0/", want: "CIDR_SYNTAX" },
    { text: "10.0.0.0/8/8", want: "CIDR_SYNTAX" },
    { text: "10.0.0.0/-1", want: "CIDR_SYNTAX" },
    { text: "10.0.0/8", want: "CIDR_SYNTAX" },
    { text: "/8", want: "CIDR_SYNTAX" },
    { text: "", want: "CIDR_SYNTAX" },
  ])("reads $text as $want", ({ text, want }) => {
    const parsed = parseCidr(text);
    expect(parsed.ok ? parsed.value : parsed.error.code).toBe(want);
  });

  it("says how to write a block with host bits", () => {
    const parsed = parseCidr("18.178.71.86/20");
    expect(parsed.ok ? "" : parsed.error.fix).toBe(
      'write "18.178.64.0/20" for the block, or "18.178.71.86/32" for the address',
    );
  });
});

describe("canonicalCidr", () => {
  it.each([
    ["10.9.8.7/24", "10.9.8.0/24"],
    ["255.255.255.255/1", "128.0.0.0/1"],
    ["1.2.3.4/0", "0.0.0.0/0"],
    ["2001:DB8::FFFF/112", "2001:db8::/112"],
    ["10.9.8.7", "10.9.8.7/32"],
  ])("stores %s as %s, as EC2 does", (text, want) =>
    expect(canonicalCidr(text)).toEqual({ ok: true, value: want }),
  );

  it("gives a text that reads back as the same block", () => {
    for (const text of ["10.9.8.7/24", "2001:db8::1/33"]) {
      const cidr = canonicalCidr(text);
      expect(cidr.ok && formatCidr(cidrBlock(cidr.value)) === cidr.value).toBe(true);
    }
  });
});
