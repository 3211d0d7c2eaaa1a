import { expect, it } from "vitest";
import { servedHosts } from "./served-hosts.ts";

const MACHINE = { hostname: "Jump-Host", addresses: ["10.1.2.3", "fd00::5"] };

it.each([
  {
    host: "127.0.0.1",
    shown: "127.0.0.1:80",
    known: ["localhost:80"],
    unknown: ["10.1.2.3:80", "jump-host:80"],
  },
  { host: "::1", shown: "[::1]:80", known: ["[::1]:80"], unknown: ["[fd00::5]:80"] },
  {
    host: "10.1.2.3",
    shown: "10.1.2.3:80",
    known: ["10.1.2.3:80"],
    unknown: ["jump-host:80", "[fd00::5]:80"],
  },
  {
    host: "0.0.0.0",
    shown: "10.1.2.3:80",
    known: ["jump-host:80", "[fd00::5]:80"],
    unknown: ["evil.example:80"],
  },
  { host: "::", shown: "10.1.2.3:80", known: ["10.1.2.3:80"], unknown: ["10.1.2.3", "10.1.2.3:81"] },
])("on $host: $shown", ({ host, shown, known, unknown }) => {
  const hosts = servedHosts(host, 80, MACHINE);
  expect(hosts.shown).toBe(shown);
  expect(hosts.all).toEqual(expect.arrayContaining(known));
  for (const name of unknown) expect(hosts.all).not.toContain(name);
});

it("tells a name that answers on a machine without any other interface", () => {
  expect(servedHosts("0.0.0.0", 80, { hostname: "alone", addresses: [] }).shown).toBe("alone:80");
});
