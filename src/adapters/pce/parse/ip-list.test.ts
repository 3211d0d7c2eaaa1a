import { describe, expect, it } from "vitest";
import { parseIpList } from "./ip-list.ts";

const href = "/orgs/1/sec_policy/active/ip_lists/12345678901234567";

function ranges(...ip_ranges: unknown[]): readonly string[] {
  const parsed = parseIpList({ href, name: "corp", ip_ranges, fqdns: null }, "ip_lists[0]");
  if (!(parsed.ok && parsed.value)) return ["lost"];
  return parsed.value.ranges.map((range) =>
    "kind" in range ? range.kind : `${range.exclusion ? "!" : ""}${range.from}-${range.to}`,
  );
}

describe("parseIpList", () => {
  it.each([
    [{ from_ip: "10.20.0.0/16" }, "10.20.0.0-10.20.255.255"],
    [{ from_ip: "10.20.3.4/16", to_ip: null, description: null }, "10.20.0.0-10.20.255.255"],
    [{ from_ip: "10.30.0.5", to_ip: "10.30.0.9" }, "10.30.0.5-10.30.0.9"],
    [{ from_ip: "10.30.0.5", to_ip: "" }, "10.30.0.5-10.30.0.5"],
    [{ from_ip: "10.30.0.0", to_ip: "24" }, "10.30.0.0-10.30.0.255"],
    [{ from_ip: "0.0.0.0" }, "0.0.0.0-0.0.0.0"],
    [{ from_ip: "0.0.0.0/0", exclusion: null }, "0.0.0.0-255.255.255.255"],
    [{ from_ip: "::/0" }, "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
    [{ from_ip: "2001:DB8:0::/48" }, "2001:db8::-2001:db8:0:ffff:ffff:ffff:ffff:ffff"],
    [{ from_ip: "10.20.5.0/24", exclusion: true }, "!10.20.5.0-10.20.5.255"],
    [{ from_ip: "10.0.0.9", to_ip: "10.0.0.5" }, "unreadable"],
    [{ from_ip: "10.0.0.1", to_ip: "2001:db8::1" }, "unreadable"],
    [{ from_ip: "10.0.0.0/24", to_ip: "10.0.0.9" }, "unreadable"],
    [{ from_ip: "10.0.0.0/24", to_ip: "24" }, "unreadable"],
    [{ from_ip: "10.0.0.0/33" }, "unreadable"],
    [{ from_ip: "db.example.com" }, "unreadable"],
    [{ to_ip: "10.0.0.9" }, "unreadable"],
    [{ from_ip: "10.0.0.1", exclusion: "yes" }, "unreadable"],
    [null, "unreadable"],
  ])("%j -> %s", (range, want) => expect(ranges(range)).toEqual([want]));

  it("drops only the range that it cannot read", () => {
    expect(ranges({ from_ip: "10.0.0.1" }, { from_ip: "?" })).toEqual(["10.0.0.1-10.0.0.1", "unreadable"]);
  });

  it("drops every range when an exclusion cannot be read, for the list would be wider than meant", () => {
    expect(ranges({ from_ip: "10.0.0.0/8" }, { from_ip: "?", exclusion: true })).toEqual(["unreadable"]);
    expect(ranges({ from_ip: "10.0.0.0/8" }, "?")).toEqual(["unreadable"]);
  });

  it("keeps the FQDNs, and every digit of the id", () => {
    const parsed = parseIpList({ href, fqdns: [{ fqdn: "*.example.com" }] }, "ip_lists[0]");
    expect(parsed).toMatchObject({ value: { href, name: href, fqdns: ["*.example.com"], ranges: [] } });
  });

  it("leaves out a list that the draft removes", () => {
    expect(parseIpList({ href, update_type: "delete" }, "")).toEqual({ ok: true, value: undefined });
  });
});
