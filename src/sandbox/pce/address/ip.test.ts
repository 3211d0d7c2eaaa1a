import { expect, it } from "vitest";
import { formatIp, inRange, isLocalOnly, parseCidr, parseIp } from "./ip.ts";

it.each([
  { text: "10.0.0.1", want: "10.0.0.1" },
  { text: "10.0.0.256", want: undefined },
  { text: " 10.0.0.1", want: undefined },
  { text: "2001:db8::1", want: "2001:db8::1" },
  { text: "2001:0DB8:0:0:0:0:0:1", want: "2001:db8::1" },
  { text: "::", want: "::" },
  { text: "::ffff:10.0.0.1", want: "::ffff:a00:1" },
  { text: "1::2::3", want: undefined },
  { text: "1:2:3:4:5:6:7", want: undefined },
  { text: "1:0:0:2:0:0:0:3", want: "1:0:0:2::3" },
])("parseIp $text -> $want", ({ text, want }) => {
  const ip = parseIp(text);
  expect(ip && formatIp(ip)).toBe(want);
});

it.each([
  { cidr: "10.20.0.5/16", ip: "10.20.255.255", want: true },
  { cidr: "10.20.0.5/16", ip: "10.21.0.0", want: false },
  { cidr: "0.0.0.0", ip: "10.0.0.1", want: false },
  { cidr: "::/0", ip: "10.0.0.1", want: false },
  { cidr: "::/0", ip: "2001:db8::1", want: true },
  { cidr: "10.0.0.0/33", ip: "10.0.0.0", want: false },
])("$cidr holds $ip: $want", ({ cidr, ip, want }) => {
  const range = parseCidr(cidr);
  const address = parseIp(ip);
  expect(range !== undefined && address !== undefined && inRange(address, range)).toBe(want);
});

it("knows the addresses that no peer has", () => {
  const local = ["127.0.0.1", "::1", "169.254.10.1", "fe80::1", "10.0.0.1"].map((text) => {
    const ip = parseIp(text);
    return ip !== undefined && isLocalOnly(ip);
  });
  expect(local).toEqual([true, true, true, true, false]);
});
