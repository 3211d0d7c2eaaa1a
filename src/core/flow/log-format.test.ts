import { expect, it } from "vitest";
import { parseLogFormat } from "./log-format.ts";

it.each([
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as EC2 writes a format
  ["${srcaddr} ${dstaddr} ${pkt-srcaddr}", ["srcaddr", "dstaddr", "pkt-srcaddr"]],
  ["srcaddr dstaddr pkt_srcaddr", ["srcaddr", "dstaddr", "pkt-srcaddr"]],
  ["srcaddr, dstaddr\n", ["srcaddr", "dstaddr"]],
  ["srcaddr dstaddr of-tomorrow", ["srcaddr", "dstaddr", "of-tomorrow"]],
  ["version account-id", undefined],
  ["10.0.0.1 10.0.0.2", undefined],
  ["", undefined],
])("%j is %j", (text, want) => {
  const format = parseLogFormat(text);
  expect(format.ok ? format.value : undefined).toEqual(want);
});
