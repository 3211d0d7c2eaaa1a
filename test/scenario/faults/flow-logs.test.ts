import { describe, expect, it } from "vitest";
import { readTraffic } from "../../../src/app/read-traffic.ts";
import { knownDatabases } from "../../../src/core/flow/known-databases.ts";
import { COLUMNS } from "./lambda-lab.ts";
import { oldFlows } from "./old-lambda.ts";

const WEB = "10.20.1.11";
const DB = "10.20.9.20";
const OLD_ORDER = (flags: string, from = WEB, to = DB, port = 3306) =>
  `${from} ${to} ${port} 6 ${flags} ${from} ${to} 51000 ACCEPT IPv4`;

/** The conversations of a text: `"10.20.1.11 > 10.20.9.20:3306 tcp ACCEPT"`. */
async function conversations(...lines: readonly string[]): Promise<readonly string[]> {
  const bytes = new TextEncoder().encode(`${lines.join("\n")}\n`);
  const { table } = await readTraffic({
    list: async function* () {
      yield {
        name: "test",
        read: async function* () {
          yield bytes;
        },
      };
    },
  });
  return table
    .conversations(knownDatabases([]))
    .map((c) => `${c.consumer} > ${c.provider}:${c.port} ${c.protocol} ${c.action}`);
}
const ONE = `${WEB} > ${DB}:3306 tcp ACCEPT`;

describe("flow logs", () => {
  it("takes SYN without ACK for the client's side, and turns the server's answer round", async () => {
    const answer = OLD_ORDER("19", DB, WEB, 51_000).replace(/ 51000 ACCEPT/, " 3306 ACCEPT");
    expect(await conversations(COLUMNS, answer)).toEqual([ONE]);
    expect(oldFlows(answer)).toEqual([`${DB},${WEB},51000,6`]);
  });

  it.each(["6", "7"])("sees a client whose record holds SYN and RST together (flags %s)", async (flags) => {
    expect(await conversations(COLUMNS, OLD_ORDER(flags))).toEqual([ONE]);
    expect(oldFlows(OLD_ORDER(flags))).toEqual([]);
  });

  it("sees UDP, which has no flags", async () => {
    const dns = `${WEB} ${DB} 53 17 0 ${WEB} ${DB} 51000 ACCEPT IPv4`;
    expect(await conversations(COLUMNS, dns)).toEqual([`${WEB} > ${DB}:53 udp ACCEPT`]);
    expect(oldFlows(dns)).toEqual([]);
  });

  it("skips a line that is cut short, and reads the rest of the file", async () => {
    const lines = [OLD_ORDER("2"), `${WEB} ${DB} 3306 6`, OLD_ORDER("2", "10.20.1.13")];
    expect(await conversations(COLUMNS, ...lines)).toEqual([ONE, ONE.replace(WEB, "10.20.1.13")]);
    expect(() => oldFlows(lines.join("\n"))).toThrow("IndexError");
  });

  it("reads columns by the header, in whatever order they come", async () => {
    const header = "type srcport pkt-dstaddr pkt-srcaddr action tcp-flags protocol dstport dstaddr srcaddr";
    const line = `IPv4 51000 ${DB} ${WEB} ACCEPT 2 6 3306 ${DB} ${WEB}`;
    expect(await conversations(header, line)).toEqual([ONE]);
    expect(oldFlows(`${header}\n${line}`)).toEqual([]);
  });

  it("keeps refused attempts apart from traffic", async () => {
    const refused = OLD_ORDER("2").replace("ACCEPT", "REJECT");
    expect(await conversations(COLUMNS, refused)).toEqual([ONE.replace("ACCEPT", "REJECT")]);
    expect(oldFlows(refused)).toEqual([`${WEB},${DB},3306,6`]);
  });

  it("prefers the addresses of the packet to those of the interface", async () => {
    const behindGateway = `10.20.5.5 ${DB} 3306 6 2 ${WEB} ${DB} 51000 ACCEPT IPv4`;
    expect(await conversations(COLUMNS, behindGateway)).toEqual([ONE]);
    expect(oldFlows(behindGateway)).toEqual([`10.20.5.5,${DB},3306,6`]);
  });

  it("takes intervals without data for what they are", async () => {
    const header = `${COLUMNS} log-status`;
    const lines = ["- - - - - - - - - - NODATA", "- - - - - - - - - - SKIPDATA", `${OLD_ORDER("2")} OK`];
    expect(await conversations(header, ...lines)).toEqual([ONE]);
  });
});
