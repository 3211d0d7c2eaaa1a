import { describe, expect, it } from "vitest";
import type { UploadFlow } from "./upload-flow.ts";
import {
  answered,
  closed,
  doubted,
  EMPTY_WINDOW,
  givenUp,
  marked,
  markedAgain,
  released,
  unsent,
  whereabouts,
} from "./upload-window.ts";

const flows = (...hosts: readonly number[]): readonly UploadFlow[] =>
  hosts.map((host) => ({ consumer: `10.0.0.${host}`, provider: "10.0.9.5", port: 3306, protocol: 6 }));
const mark = (id: string, at = 1) => ({ id, at });
const sending = marked(EMPTY_WINDOW, mark("a"), flows(1, 2), 1000);
const all = { received: 2, failed: 0 };

describe("a window of uploads", () => {
  it("marks what nobody sent, at most so many, each once", () => {
    const first = marked(EMPTY_WINDOW, mark("a"), flows(1, 2, 3), 2);
    expect(first.open).toEqual([{ id: "a", at: 1, state: "sending", again: false, flows: flows(1, 2) }]);
    const second = marked(first, mark("b"), flows(3, 2, 1, 4), 1000);
    expect(second.open[1]?.flows).toEqual(flows(3, 4));
    expect(marked(second, mark("c"), flows(1, 2, 3, 4), 1000)).toBe(second);
  });

  it("says the same when a write is made again whose answer was lost", () => {
    expect(marked(sending, mark("a"), flows(3), 1000)).toBe(sending);
    const once = answered(sending, "a", all);
    expect(answered(once, "a", all)).toBe(once);
    expect(doubted(once, "a")).toBe(once);
    expect(released(once, "a")).toBe(once);
  });

  it("adds up what the PCE said", () => {
    const told = answered(sending, "a", { received: 1, failed: 1 });
    expect(told).toEqual({
      told: flows(1, 2),
      sums: { sent: 2, received: 1, failed: 1, perhapsTwice: 0 },
      open: [],
    });
    expect(whereabouts(told, flows(2, 3))).toEqual({ told: 1, sending: 0, unsure: 0, closed: 0 });
  });

  it("gives back what was refused, and nothing that is in doubt", () => {
    expect(unsent(released(sending, "a"), flows(1, 2))).toEqual(flows(1, 2));
    expect(unsent(doubted(sending, "a"), flows(1, 2, 3))).toEqual(flows(3));
    expect(whereabouts(doubted(sending, "a"), flows(1, 3))).toMatchObject({ unsure: 1, told: 0 });
  });

  it("takes a mark for a dead one's only when it is old", () => {
    expect(givenUp(sending, 1)).toBe(sending);
    expect(givenUp(sending, 2)).toEqual(doubted(sending, "a"));
    // Whoever was only slow knows better.
    expect(answered(givenUp(sending, 2), "a", all).sums.received).toBe(2);
  });

  it("sends what is in doubt again only as something that may count twice", () => {
    const doubt = doubted(sending, "a");
    expect(markedAgain(sending, mark("b", 5), 9)).toBe(sending);
    expect(markedAgain(doubt, mark("b", 5), 1)).toBe(doubt);
    const again = markedAgain(doubt, mark("b", 5), 2);
    expect(again.open).toEqual([{ id: "b", at: 5, state: "sending", again: true, flows: flows(1, 2) }]);
    expect(answered(again, "b", all).sums).toEqual({ sent: 2, received: 2, failed: 0, perhapsTwice: 2 });
    // Refused, it is in doubt as before: the first time may count.
    expect(released(again, "b").open[0]).toMatchObject({ state: "unsure", flows: flows(1, 2) });
  });

  it("keeps only figures once it is closed, and sends nothing more", () => {
    expect(closed(sending)).toBe(sending);
    const two = marked(answered(sending, "a", all), mark("b"), flows(3), 1000);
    const shut = closed(doubted(two, "b"));
    expect(shut).toEqual({
      told: [],
      open: [],
      sums: { sent: 2, received: 2, failed: 0, perhapsTwice: 0 },
      closed: { unsure: 1 },
    });
    expect(marked(shut, mark("c"), flows(7), 1000)).toBe(shut);
    expect(unsent(shut, flows(7))).toEqual([]);
    expect(whereabouts(shut, flows(1, 7))).toEqual({ told: 0, sending: 0, unsure: 0, closed: 2 });
  });
});
