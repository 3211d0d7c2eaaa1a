import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAddress } from "../net/address.ts";
import type { Conversation, TimeWindow } from "./conversation.ts";
import { ConversationTable } from "./conversation-table.ts";
import { createFlowLogReader, type FlowLogSummary } from "./flow-log-reader.ts";
import { type KnownDatabase, knownDatabases } from "./known-databases.ts";

const TEN = "srcaddr dstaddr dstport protocol tcp-flags pkt-srcaddr pkt-dstaddr srcport action type";
const V2 =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
const APP = "10.20.4.17";
const DB = "10.20.9.5";
const ENI = "eni-0a1b2c3d4e5f60718";

const database = (address: string, port?: number, name = "orders"): KnownDatabase => {
  const parsed = parseAddress(address);
  if (!parsed.ok) throw new Error(parsed.error.what);
  return { address: parsed.value, database: name, ...(port === undefined ? {} : { port }) };
};
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Read {
  readonly table: ConversationTable;
  readonly summary: FlowLogSummary;
  readonly conversations: Conversation[];
}
function read(text: string, databases: KnownDatabase[] = [], fallbackTime?: TimeWindow): Read {
  const table = new ConversationTable();
  const reader = createFlowLogReader({ table, ...(fallbackTime === undefined ? {} : { fallbackTime }) });
  reader.push(bytesOf(text));
  const summary = reader.end();
  return { table, summary, conversations: table.conversations(knownDatabases(databases)) };
}
/** A conversation in one line: `consumer > provider:port protocol ACTION records by`. */
const brief = (c: Conversation): string =>
  `${c.consumer} > ${c.provider}:${c.port ?? "?"} ${c.protocol ?? "?"} ${c.action ?? "?"} ${c.records} ${c.orientedBy}`;
const briefs = (text: string, databases: KnownDatabase[] = []): string[] =>
  read(text, databases).conversations.map(brief);
/** A record of the ten-column format. */
const ten = (
  src: string,
  srcport: number,
  dst: string,
  dstport: number,
  flags: number | string,
  action = "ACCEPT",
) => `${src} ${dst} ${dstport} 6 ${flags} ${src} ${dst} ${srcport} ${action} IPv4`;
const file = (...lines: string[]): string => `${[TEN, ...lines].join("\n")}\n`;

describe("the ten-column format", () => {
  it("folds a request, its answer and an empty interval into one conversation", () => {
    const { conversations, summary } = read(
      file(
        "10.20.4.17 10.20.9.5 5432 6 2 10.20.4.17 10.20.9.5 51744 ACCEPT IPv4",
        "10.20.9.5 10.20.4.17 51744 6 18 10.20.9.5 10.20.4.17 5432 ACCEPT IPv4",
        "- - - - - - - - - -",
      ),
      [database(DB, 5432)],
    );
    expect(conversations).toEqual([
      {
        consumer: APP,
        provider: DB,
        port: 5432,
        protocol: "tcp",
        action: "ACCEPT",
        records: 2,
        orientedBy: "syn",
        database: "orders",
      },
    ]);
    expect(summary.input).toEqual({
      objects: 1,
      records: 3,
      conversationRecords: 2,
      noData: 1,
      skipData: 0,
      malformed: 0,
    });
  });

  it("says once what the format cannot tell", () => {
    const { diagnostics } = read(file(TEN, ten(APP, 51744, DB, 5432, 2), TEN)).summary;
    expect(diagnostics.map(({ code, what }) => ({ code, what }))).toEqual([
      { code: "FLOW_LOG_FIELDS_ABSENT", what: 'The flow log has no "start", "log-status"' },
    ]);
  });
});

describe("orientation", () => {
  it.each([
    { flags: 2, want: `${APP} > ${DB}:9999 tcp ACCEPT 1 syn` },
    { flags: 3, want: `${APP} > ${DB}:9999 tcp ACCEPT 1 syn` },
    { flags: 6, want: `${APP} > ${DB}:9999 tcp ACCEPT 1 syn` },
    { flags: 7, want: `${APP} > ${DB}:9999 tcp ACCEPT 1 syn` },
    { flags: 18, want: `${DB} > ${APP}:40001 tcp ACCEPT 1 syn` },
    { flags: 19, want: `${DB} > ${APP}:40001 tcp ACCEPT 1 syn` },
    { flags: 22, want: `${DB} > ${APP}:40001 tcp ACCEPT 1 syn` },
    { flags: 23, want: `${DB} > ${APP}:40001 tcp ACCEPT 1 syn` },
    { flags: 0, want: `${APP} > ${DB}:9999 tcp ACCEPT 1 unknown` },
    { flags: 1, want: `${APP} > ${DB}:9999 tcp ACCEPT 1 unknown` },
    { flags: 4, want: `${APP} > ${DB}:9999 tcp ACCEPT 1 unknown` },
    { flags: 5, want: `${APP} > ${DB}:9999 tcp ACCEPT 1 unknown` },
    { flags: "-", want: `${APP} > ${DB}:9999 tcp ACCEPT 1 unknown` },
  ])("reads tcp-flags $flags as $want", ({ flags, want }) => {
    expect(briefs(file(ten(APP, 40001, DB, 9999, flags)))).toEqual([want]);
  });

  it.each([
    { what: "a known database's port", db: [database(DB, 9999)], port: 9999, want: "database" },
    { what: "another port of a known database", db: [database(DB, 9998)], port: 9999, want: "unknown" },
    { what: "a database of unknown port", db: [database(DB)], port: 9999, want: "database" },
    { what: "a well-known port", db: [], port: 5432, want: "port" },
    { what: "a low port", db: [], port: 636, want: "port" },
    { what: "two high ports", db: [], port: 45_000, want: "unknown" },
  ])("without a SYN, knows $what by $want", ({ db, port, want }) => {
    for (const [asks, answers] of [
      [ten(APP, 40_001, DB, port, 0), ten(DB, port, APP, 40_001, 0)],
      [ten(DB, port, APP, 40_001, 0), ten(APP, 40_001, DB, port, 0)],
    ] as const) {
      const [conversation, ...others] = read(file(asks, answers), db).conversations;
      expect(others).toEqual([]);
      expect(conversation?.orientedBy).toBe(want);
      expect(conversation?.records).toBe(2);
      if (want !== "unknown") expect(conversation?.provider).toBe(DB);
    }
  });

  it("keeps a database that opens a connection as the consumer", () => {
    expect(
      read(file(ten(DB, 40_001, "10.20.1.1", 443, 2), ten(DB, 40_002, "10.20.1.1", 443, 0)), [
        database(DB, 5432),
      ]).conversations,
    ).toMatchObject([{ consumer: DB, provider: "10.20.1.1", port: 443, records: 2, database: "orders" }]);
  });

  it("lets a SYN anywhere decide for the records without one, against every weaker sign", () => {
    const zero = [ten(APP, 5432, DB, 40_001, 0), ten(DB, 40_001, APP, 5432, 0)];
    const databases = [database(APP, 5432)];
    expect(briefs(file(...zero), databases)).toEqual([`${DB} > ${APP}:5432 tcp ACCEPT 2 database`]);
    for (const lines of [
      [...zero, ten(APP, 5432, DB, 40_001, 2)],
      [ten(DB, 40_001, APP, 5432, 18), ...zero],
    ]) {
      expect(briefs(file(...lines), databases)).toEqual([`${APP} > ${DB}:40001 tcp ACCEPT 3 syn`]);
    }
  });

  it("lets a SYN that was accepted orient the rejected rest, and keeps the two apart", () => {
    expect(
      briefs(
        file(ten(DB, 9999, APP, 9000, 0, "REJECT"), ten(APP, 9000, DB, 9999, 2), ten(APP, 9000, DB, 9999, 0)),
      ),
    ).toEqual([`${APP} > ${DB}:9999 tcp ACCEPT 2 syn`, `${APP} > ${DB}:9999 tcp REJECT 1 syn`]);
  });

  it("prefers neither end when both are known databases", () => {
    const databases = [database(APP, 40_001), database(DB, 9999)];
    expect(briefs(file(ten(APP, 40_001, DB, 9999, 0)), databases)).toEqual([
      `${APP} > ${DB}:9999 tcp ACCEPT 1 unknown`,
    ]);
  });

  it("ignores flags of protocols that have none", () => {
    const udp = `${APP} 10.20.0.2 53 17 0 ${APP} 10.20.0.2 40001 ACCEPT IPv4`;
    const icmp = `${APP} ${DB} 0 1 0 ${APP} ${DB} 0 REJECT IPv4`;
    const gre = `${APP} ${DB} 0 47 2 ${APP} ${DB} 0 ACCEPT IPv4`;
    expect(briefs(file(udp, icmp, gre))).toEqual([
      `${APP} > 10.20.0.2:53 udp ACCEPT 1 port`,
      `${APP} > ${DB}:0 icmp REJECT 1 unknown`,
      `${APP} > ${DB}:0 47 ACCEPT 1 unknown`,
    ]);
  });

  it("shows the sender of one-way traffic without ports as the consumer, and has a fixed order for two-way", () => {
    const ping = (src: string, dst: string) => `${src} ${dst} 0 1 0 ${src} ${dst} 0 ACCEPT IPv4`;
    expect(briefs(file(ping(DB, APP)))).toEqual([`${DB} > ${APP}:0 icmp ACCEPT 1 unknown`]);
    expect(briefs(file(ping(DB, APP), ping(APP, DB)))).toEqual([`${APP} > ${DB}:0 icmp ACCEPT 2 unknown`]);
  });
});

describe("addresses", () => {
  it("are the packet's where the log has them", () => {
    const line = `10.20.4.1 ${DB} 5432 6 2 10.20.77.7 ${DB} 51744 ACCEPT IPv4`;
    expect(briefs(file(line))).toEqual([`10.20.77.7 > ${DB}:5432 tcp ACCEPT 1 syn`]);
  });

  it.each([
    [
      "pkt-srcaddr srcaddr dstaddr dstport protocol tcp-flags action",
      `10.20.77.7 ${APP} ${DB} 5432 6 2 ACCEPT`,
      "10.20.77.7",
    ],
    ["pkt-srcaddr srcaddr dstaddr dstport protocol tcp-flags action", `- ${APP} ${DB} 5432 6 2 ACCEPT`, APP],
    ["srcaddr pkt-srcaddr dstaddr dstport protocol tcp-flags action", `${APP} - ${DB} 5432 6 2 ACCEPT`, APP],
    ["srcaddr pkt-srcaddr dstaddr dstport protocol tcp-flags action", `- ${APP} ${DB} 5432 6 2 ACCEPT`, APP],
    [
      "srcaddr pkt-srcaddr dstaddr dstport protocol tcp-flags action",
      `10.20.4.1 ${APP} ${DB} 5432 6 2 ACCEPT`,
      APP,
    ],
    [
      "srcaddr pkt-srcaddr dstaddr dstport protocol tcp-flags action",
      `${APP}1 ${APP} ${DB} 5432 6 2 ACCEPT`,
      APP,
    ],
    [
      "srcaddr pkt-srcaddr dstaddr dstport protocol tcp-flags action",
      `${APP} ${APP}1 ${DB} 5432 6 2 ACCEPT`,
      `${APP}1`,
    ],
  ])("of %s %s is %s", (header, line, consumer) => {
    const { conversations, summary } = read(`${header}\n${line}\n`);
    expect([conversations[0]?.consumer, summary.input.malformed]).toEqual([consumer, 0]);
  });

  it("may be IPv6, in any spelling", () => {
    const line = (src: string, dst: string) => `${src} ${dst} 5432 6 2 ${src} ${dst} 51744 ACCEPT IPv6`;
    expect(
      briefs(
        file(
          line("2001:db8::17", "2001:db8:0:0:0:0:0:5"),
          line("2001:DB8:0::0017", "2001:db8::5"),
          line("::1", "::"),
          line("1::", "1:2:3:4:5:6:7:8"),
          line("::ffff:10.0.0.1", "::ffff:10.0.0.2"),
        ),
      ),
    ).toEqual([
      "::1 > :::5432 tcp ACCEPT 1 syn",
      "::ffff:10.0.0.1 > ::ffff:10.0.0.2:5432 tcp ACCEPT 1 syn",
      "1:: > 1:2:3:4:5:6:7:8:5432 tcp ACCEPT 1 syn",
      "2001:db8::17 > 2001:db8::5:5432 tcp ACCEPT 2 syn",
    ]);
  });

  it("are read from bytes exactly as from text", () => {
    const soup = fc.string({
      unit: fc.constantFrom("0", "1", "9", "25", "f", ":", "::", "."),
      minLength: 1,
      maxLength: 12,
    });
    const groups = fc.array(fc.constantFrom("0", "1", "ffff", "0a", ""), { minLength: 2, maxLength: 9 });
    const quads = fc.array(fc.constantFrom("0", "1", "25", "255", "256", "01", ""), {
      minLength: 3,
      maxLength: 5,
    });
    const text = fc.oneof(
      soup,
      groups.map((g) => g.join(":")),
      quads.map((q) => q.join(".")),
    );
    fc.assert(
      fc.property(text, (address) => {
        const { summary } = read(`srcaddr dstaddr action\n${address} ${address} ACCEPT\n`);
        expect(summary.input.conversationRecords).toBe(parseAddress(address).ok ? 1 : 0);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the default format", () => {
  const line = (status: string, rest: string) => `2 123456789012 ${ENI} ${rest} ${status}`;
  const accepted = `${APP} ${DB} 51744 5432 6 10 840 1786768200 1786768259 ACCEPT`;

  it("has volume, time and interface, and lacks flags", () => {
    const later = `${DB} ${APP} 5432 51744 6 4 160 1786768260 1786768319 ACCEPT`;
    const { conversations, summary } = read(`${V2}\n${line("OK", later)}\n${line("OK", accepted)}\n`);
    expect(conversations).toEqual([
      {
        consumer: APP,
        provider: DB,
        port: 5432,
        protocol: "tcp",
        action: "ACCEPT",
        records: 2,
        packets: 14,
        bytes: 1000,
        firstSeen: "2026-08-15T04:30:00Z",
        lastSeen: "2026-08-15T04:31:59Z",
        orientedBy: "port",
        interfaceIds: [ENI],
      },
    ]);
    expect(summary.diagnostics.map(({ what }) => what)).toEqual(['The flow log has no "tcp-flags"']);
  });

  it.each([
    {
      what: "an interval without traffic",
      text: line("NODATA", "- - - - - - - 1786768200 1786768259 -"),
      want: "noData",
    },
    {
      what: "lost records",
      text: line("SKIPDATA", "- - - - - - - 1786768200 1786768259 -"),
      want: "skipData",
    },
    { what: "a record", text: line("OK", accepted), want: "conversationRecords" },
    {
      what: "a record of an unknown account",
      text: `2 unknown ${ENI} ${accepted} OK`,
      want: "conversationRecords",
    },
    {
      what: "a record of a regional NAT gateway",
      text: `2 123456789012 - ${accepted} OK`,
      want: "conversationRecords",
    },
    { what: "a status that does not exist", text: line("MAYBE", accepted), want: "malformed" },
  ])("counts $what as $want, with and without a header", ({ text, want }) => {
    const counts = {
      objects: 1,
      records: 1,
      conversationRecords: 0,
      noData: 0,
      skipData: 0,
      malformed: 0,
      [want]: 1,
    };
    expect(read(`${V2}\n${text}\n`).summary.input).toEqual(counts);
    expect(read(text).summary.input).toEqual(counts);
  });

  it("collects the interfaces that saw a conversation", () => {
    const other = line("OK", accepted).replace(ENI, "eni-00000000000000001");
    const text = [V2, line("OK", accepted), other, line("OK", accepted)].join("\n");
    expect(read(text).conversations[0]?.interfaceIds).toEqual(["eni-00000000000000001", ENI]);
  });
});

describe("fields that a format lacks", () => {
  it.each([
    { header: "srcaddr dstaddr", line: `${APP} ${DB}`, want: `${APP} > ${DB}:? ? ? 1 unknown` },
    { header: "srcaddr dstaddr tcp-flags", line: `${APP} ${DB} 18`, want: `${DB} > ${APP}:? ? ? 1 syn` },
    {
      header: "dstaddr srcaddr dstport protocol",
      line: `${DB} ${APP} 5432 6`,
      want: `${APP} > ${DB}:5432 tcp ? 1 unknown`,
    },
    {
      header: "srcaddr dstaddr dstport protocol tcp-flags action",
      line: `${DB} ${APP} 51744 6 18 ACCEPT`,
      want: `${APP} > ${DB}:? tcp ACCEPT 1 syn`,
    },
  ])("are absent: $header", ({ header, line, want }) => {
    expect(briefs(`${header}\n${line}\n`)).toEqual([want]);
  });

  it("take their time from the object when it is known", () => {
    const window = { start: 1_786_768_200, end: 1_786_768_500 };
    const text = file(ten(APP, 51744, DB, 5432, 2), ten(APP, 51745, DB, 5432, 2));
    expect(read(text, [], window).conversations).toMatchObject([
      { records: 2, firstSeen: "2026-08-15T04:30:00Z", lastSeen: "2026-08-15T04:35:00Z" },
    ]);
    expect(read(text).conversations[0]).not.toHaveProperty("firstSeen");
  });

  it("make a format without addresses an error, and its lines malformed", () => {
    const { summary } = read("srcaddr dstport protocol\n10.0.0.1 5432 6\n");
    expect(summary.diagnostics.map(({ code }) => code)).toEqual(["FLOW_LOG_NO_ADDRESSES"]);
    expect(summary.input.malformed).toBe(1);
  });
});

describe("the text of a file", () => {
  const good = ten(APP, 51744, DB, 5432, 2);
  const one = [`${APP} > ${DB}:5432 tcp ACCEPT 1 syn`];

  it.each([
    { what: "no line feed at the end", text: `${TEN}\n${good}` },
    { what: "CRLF", text: `${TEN}\r\n${good}\r\n` },
    { what: "blank lines", text: `\n\n${TEN}\n\n  \n${good}\n\n` },
    {
      what: "tabs, and blanks around",
      text: `${TEN.replaceAll(" ", "\t")}\n  ${good.replaceAll(" ", "  ")} \n`,
    },
    { what: "no header", text: `${good}\n` },
    { what: "a byte-order mark", text: `\uFEFF${TEN}\n${good}\n` },
    { what: "upper case in the header", text: `${TEN.toUpperCase()}\n${good}\n` },
    { what: "fields that nobody knows yet", text: `tag-value ${TEN} v12-field\nx ${good} -\n` },
  ])("may have $what", ({ text }) => expect(briefs(text)).toEqual(one));

  it("may change its format at a header in the middle", () => {
    const { conversations, summary } = read(
      `${file(good)}${TEN}\ndstaddr srcaddr tcp-flags dstport protocol action\n${DB} ${APP} 2 5432 6 ACCEPT\n`,
    );
    expect(conversations.map(brief)).toEqual([`${APP} > ${DB}:5432 tcp ACCEPT 2 syn`]);
    expect(summary.input.records).toBe(2);
  });

  it("has its bad lines counted, and the first five explained", () => {
    const bad = [
      good.replace(" IPv4", ""),
      `${good} extra`,
      good.replaceAll(DB, "10.20.9.256"),
      good.replace("5432", "65536"),
      good.replace("ACCEPT", "ALLOW"),
      good.replace(" 6 ", " 256 "),
      good.replaceAll(APP, "-"),
    ];
    const { summary, conversations } = read(file(good, ...bad, good));
    expect(conversations.map(brief)).toEqual([`${APP} > ${DB}:5432 tcp ACCEPT 2 syn`]);
    expect(summary.input).toMatchObject({ records: 9, conversationRecords: 2, malformed: 7 });
    expect(summary.malformed).toEqual([
      { line: 3, reason: "9 columns instead of 10" },
      { line: 4, reason: "11 columns instead of 10" },
      { line: 5, reason: '"dstaddr" is "10.20.9.256", not an address' },
      { line: 6, reason: '"dstport" is "65536", not a number up to 65535' },
      { line: 7, reason: '"action" is "ALLOW", not ACCEPT or REJECT' },
    ]);
  });

  it("that is in no known format is one clear diagnostic", () => {
    const { summary } = read("date time level message\n2026-08-15 04:30 INFO hello\n");
    expect(summary.diagnostics.map(({ code }) => code)).toEqual(["FLOW_LOG_FORMAT_UNKNOWN"]);
    expect(summary.input).toMatchObject({ records: 2, malformed: 2 });
    expect(read("").summary.diagnostics).toEqual([]);
  });

  it("does not keep a line that never ends", () => {
    const junk = "x".repeat(200_000);
    const { summary, conversations } = read(`${TEN}\n${good}\n${junk}\n${good}\n${junk}`);
    expect(conversations[0]?.records).toBe(2);
    expect(summary.malformed).toEqual([
      { line: 3, reason: "longer than any record" },
      { line: 5, reason: "longer than any record" },
    ]);
  });
});

describe("an interval without traffic in a custom format without log-status", () => {
  const CUSTOM =
    "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action tcp-flags";

  it("is NODATA, although its interface and its time are there", () => {
    const { summary } = read(`${CUSTOM}\n${ENI} - - - - - - - 1786000000 1786000060 - -\n`);
    expect(summary.input).toMatchObject({ records: 1, noData: 1, malformed: 0 });
  });

  it("is malformed when anything in it tells of packets", () => {
    const { summary } = read(`${CUSTOM}\n${ENI} - - - - 6 - - 1786000000 1786000060 - -\n`);
    expect(summary.input).toMatchObject({ records: 1, noData: 0, malformed: 1 });
  });
});

describe("columns", () => {
  it("keep apart an address that is all ones but one, and one that is none", () => {
    const names = ["srcaddr", "dstaddr", "dstport", "protocol", "tcp_flags", "action"];
    const values = ["255.255.255.254", "10.20.9.5", 5432, 6, 2, "ACCEPT"];
    const columns = names.map((name, at) => {
      const value = values[at] as string | number;
      const codes = Int32Array.of(0, at === 0 ? 1 : 0);
      const kept = typeof value === "string" ? bytesOf(value) : value;
      return { name, codes, values: at === 0 ? [kept, bytesOf("10.20.4.256")] : [kept] };
    });
    const table = new ConversationTable();
    const reader = createFlowLogReader({ table });
    reader.push({ rows: 2, names, columns });
    expect(reader.end().input).toMatchObject({ records: 2, conversationRecords: 1, malformed: 1 });
    expect(table.conversations(knownDatabases([])).map(brief)).toEqual([
      "255.255.255.254 > 10.20.9.5:5432 tcp ACCEPT 1 syn",
    ]);
  });
});

describe("lines without a header, of which somebody says what they may be", () => {
  const custom = ["action", "dstport", "srcport", "dstaddr", "srcaddr", "protocol", "bytes", "log-status"];
  const line = (client = 1) => `ACCEPT 3306 40001 ${DB} 10.0.0.${client} 6 90 OK`;
  const time = { start: 1, end: 2 };
  const readParts = (...parts: readonly { text: string; formats?: readonly (readonly string[])[] }[]) => {
    const table = new ConversationTable();
    const reader = createFlowLogReader({ table });
    for (const { text, formats } of parts)
      reader.push({ text: bytesOf(text), time, ...(formats === undefined ? {} : { formats }) });
    const summary = reader.end();
    return { summary, conversations: table.conversations(knownDatabases([])).map(brief) };
  };
  const WANT = `10.0.0.1 > ${DB}:3306 tcp ACCEPT 1 port`;

  it("are read in the one format that they fit", () => {
    const other = ["srcaddr", "dstaddr"];
    const { summary, conversations } = readParts({ text: `${line()}\n`, formats: [other, custom] });
    expect(conversations).toEqual([WANT]);
    expect(summary.fields).toEqual(custom);
    expect(summary.diagnostics.map(({ code }) => code)).not.toContain("FLOW_LOG_FORMAT_UNKNOWN");
  });

  it("are malformed without a word of it, with one finding", () => {
    const { summary, conversations } = readParts({ text: `${line(1)}\n${line(2)}\n` });
    expect(conversations).toEqual([]);
    expect(summary.input).toMatchObject({ records: 2, malformed: 2 });
    expect(summary.diagnostics.map(({ code }) => code)).toEqual(["FLOW_LOG_FORMAT_UNKNOWN"]);
  });

  it("are malformed when they fit two, with one finding", () => {
    const swapped = custom.map((f) => ({ srcaddr: "dstaddr", dstaddr: "srcaddr" })[f] ?? f);
    const { summary, conversations } = readParts({
      text: `- - - - - - - NODATA\n${line(1)}\n${line(2)}\n`,
      formats: [custom, swapped],
    });
    expect(conversations).toEqual([]);
    expect(summary.input).toMatchObject({ records: 3, malformed: 2, noData: 1 });
    expect(summary.diagnostics.map(({ code }) => code)).toEqual(["FLOW_LOG_FORMAT_AMBIGUOUS"]);
  });

  it("are not taken for the default format when a column holds another kind of value", () => {
    const fourteen = [...custom, "az-id", "region", "type", "vpc-id", "subnet-id", "flow-direction"];
    const text = `${line()} euw1-az1 eu-west-1 IPv4 vpc-1 subnet-1 ingress\n`;
    expect(readParts({ text }).summary.input).toMatchObject({ malformed: 1 });
    expect(readParts({ text, formats: [fourteen] }).conversations).toEqual([WANT]);
  });

  it("are read in the default format when the description fits no longer", () => {
    const text = `2 111122223333 ${ENI} 10.0.0.1 ${DB} 40001 3306 6 3 180 1 2 ACCEPT OK\n`;
    expect(readParts({ text, formats: [custom] }).conversations).toEqual([WANT]);
  });

  it("change their format with the log group", () => {
    const other = ["srcaddr", "dstaddr", "srcport", "dstport", "protocol", "action"];
    const { conversations, summary } = readParts(
      { text: `${line()}\n`, formats: [custom] },
      { text: `10.0.0.2 ${DB} 40001 3306 6 ACCEPT\n`, formats: [other] },
      { text: `${line()}\n`, formats: [custom] },
    );
    expect(summary.input).toMatchObject({ records: 3, malformed: 0 });
    expect(conversations.toSorted()).toEqual([
      `10.0.0.1 > ${DB}:3306 tcp ACCEPT 2 port`,
      `10.0.0.2 > ${DB}:3306 tcp ACCEPT 1 port`,
    ]);
  });
});

describe("an address that does not count", () => {
  const header = "pkt-srcaddr pkt-dstaddr srcaddr dstaddr srcport dstport protocol tcp-flags action";
  const line = (source: string, target = DB): string =>
    `${APP} ${DB} ${source} ${target} 51744 5432 6 2 ACCEPT`;

  it.each([APP, "10.20.4.18", "-", "2001:db8::7"])("may be %s", (source) => {
    expect(briefs(`${header}\n${line(source)}\n${line("10.0.0.1", source)}\n`)).toEqual([
      `${APP} > ${DB}:5432 tcp ACCEPT 2 syn`,
    ]);
  });

  it.each(["nonsense", "10.20.4.256", "10.20.4.17x", `${APP}.1`, "2001:db8:::7", "--"])(
    "makes the line malformed when it is %s",
    (source) => {
      const { summary } = read(`${header}\n${line(APP)}\n${line(source)}\n${line(APP, source)}\n`);
      expect(summary.input).toMatchObject({ records: 3, conversationRecords: 1, malformed: 2 });
      expect(summary.malformed[0]?.reason).toBe(`"srcaddr" is "${source}", not an address`);
    },
  );
});
