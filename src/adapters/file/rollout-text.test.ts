import { describe, expect, it } from "vitest";
import type { Rollout } from "../../core/guard/rollout.ts";
import { parseRollout, rolloutText } from "./rollout-text.ts";

const finding = { code: "ROLLOUT_HALTED", what: "1 consumer", why: "because", fix: "look" };
const bare: Rollout = { version: "7", at: 5, open: 1, waiting: new Map() };
const full: Rollout = {
  ...bare,
  waiting: new Map([
    ["arn-b", 3],
    ["arn-a", 4],
  ]),
  promoted: new Map([
    ["arn-d", 2],
    ["arn-c", 1],
  ]),
  halted: {
    version: "6",
    at: 2,
    token: "waves:0a1b2c3d",
    finding,
    refused: [{ arn: "arn-a", consumer: "10.0.1.7", allowed: false }],
  },
  unsure: finding,
  acknowledged: { version: "7", at: 1 },
};

describe("a rollout as text", () => {
  it.each([bare, full])("is read back as it was written", (rollout) => {
    expect(parseRollout(rolloutText(rollout))).toEqual(rollout);
  });

  it("does not depend on the order in which databases were met", () => {
    const other = { ...full, waiting: new Map([...full.waiting].reverse()) };
    expect(rolloutText(other)).toBe(rolloutText(full));
  });

  it.each(["", "{", "{}", rolloutText(bare).replace('"open":1', '"open":"1"')])("is none: %s", (text) => {
    expect(parseRollout(text)).toBeUndefined();
  });
});
