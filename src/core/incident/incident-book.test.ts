import { describe, expect, it } from "vitest";
import type { Incident } from "./incident.ts";
import { afterLook, afterTelling, beforeMending, type IncidentBook, messageOf } from "./incident-book.ts";

const incident = (key: string): Incident => ({
  key,
  kind: "drift",
  severity: "high",
  what: key,
  why: "y",
  fix: "f",
});
const at = (ms: number) => ({ ms, text: `T${ms}` });
const look = (ms: number, left: readonly string[], more: object = {}) => ({
  covers: () => true,
  found: left.map(incident),
  left: left.map(incident),
  at: at(ms),
  channels: ["bus", "chat"],
  ...more,
});
const everyone = (keys: readonly string[]) => new Map(keys.map((key) => [key, new Set(["bus", "chat"])]));
/** Looks and tells everybody. */
function told(book: IncidentBook, ms: number, left: readonly string[], more: object = {}) {
  const after = afterLook(book, look(ms, left, more));
  return { tell: after.tell, at: after.book, book: afterTelling(after.book, everyone(after.tell)) };
}
const NONE: IncidentBook = new Map();

describe("a book of incidents", () => {
  it("tells what began once, what lasts never again, and what ended once", () => {
    const first = told(NONE, 1, ["a", "b"]);
    expect(first.tell).toEqual(["a", "b"]);
    const second = told(first.book, 2, ["a", "b"]);
    expect(second.tell).toEqual([]);
    expect(second.book).toEqual(first.book);
    const third = told(second.book, 3, ["b"]);
    expect(third.tell).toEqual(["a"]);
    expect(third.at.get("a")).toMatchObject({ openedAt: "T1", resolvedAt: "T3" });
    expect([...third.book.keys()]).toEqual(["b"]);
    expect(told(third.book, 4, ["b"]).tell).toEqual([]);
  });

  it("makes one message of what came and went within a look", () => {
    const { tell, at: book, book: after } = told(NONE, 5, [], { found: [incident("a")] });
    expect(tell).toEqual(["a"]);
    const entry = book.get("a");
    expect(entry && messageOf(entry, "moat")).toMatchObject({
      state: "resolved",
      dedupKey: "moat a",
      openedAt: "T5",
      resolvedAt: "T5",
    });
    expect(after.size).toBe(0);
  });

  it("ends nothing that the look does not cover", () => {
    const open = told(NONE, 1, ["a"]).book;
    expect(told(open, 2, [], { covers: () => false }).tell).toEqual([]);
  });

  it("tells the rest on channels that failed, once whoever was at it has had the time", () => {
    const { book, tell } = afterLook(NONE, look(0, ["a"]));
    const half = afterTelling(book, new Map([[tell[0] ?? "", new Set(["bus"])]]));
    expect(half.get("a")?.untold).toEqual(["chat"]);
    expect(afterLook(half, look(119_999, ["a"])).tell).toEqual([]);
    const again = afterLook(half, look(120_000, ["a"]));
    expect(again.tell).toEqual(["a"]);
    expect(again.book.get("a")?.untold).toEqual(["chat"]);
    // Another run that looks at the same moment leaves it to this one.
    expect(afterLook(again.book, look(120_001, ["a"])).tell).toEqual([]);
  });

  it("keeps what ended until it was told, and waits for no channel that is gone", () => {
    const open = told(NONE, 0, ["a"]).book;
    const ended = afterLook(open, look(1, [])).book;
    expect(ended.get("a")).toMatchObject({ resolvedAt: "T1", untold: ["bus", "chat"] });
    expect(afterLook(ended, look(200_000, [], { channels: ["mail"] }))).toEqual({ book: NONE, tell: [] });
  });

  it("opens again what came back, with a new moment", () => {
    const ended = told(told(NONE, 1, ["a"]).book, 2, []).book;
    const again = told(ended, 3, ["a"]);
    expect(again.tell).toEqual(["a"]);
    expect(again.book.get("a")?.openedAt).toBe("T3");
  });

  it("tells nobody that everybody was told when there is no channel", () => {
    const { book } = afterLook(NONE, look(0, ["a"], { channels: [] }));
    expect(afterLook(book, look(500_000, ["a"], { channels: [] })).tell).toEqual([]);
  });
});

describe("what is written down before it is mended", () => {
  const { book, noted } = beforeMending(NONE, look(0, ["a"]));

  it("is told once by the run that wrote it down, ended", () => {
    const done = told(book, 9, [], { found: [incident("a")], noted });
    expect(done.tell).toEqual(["a"]);
    expect(done.at.get("a")).toMatchObject({ openedAt: "T0", resolvedAt: "T9" });
    expect(done.book.size).toBe(0);
  });

  it("is told at once as open when it could not be mended", () => {
    const left = told(book, 9, ["a"], { noted });
    expect(left.tell).toEqual(["a"]);
    expect(left.at.get("a")?.resolvedAt).toBeUndefined();
  });

  it("is told by a later look when that run died: as ended, or as open once it had the time", () => {
    expect(told(book, 9, []).at.get("a")).toMatchObject({ openedAt: "T0", resolvedAt: "T9" });
    expect(told(book, 9, ["a"]).tell).toEqual([]);
    expect(told(book, 120_000, ["a"]).tell).toEqual(["a"]);
  });

  it("is not told again when another look has told its end meanwhile", () => {
    const meanwhile = told(book, 5, []).book;
    expect(told(meanwhile, 9, [], { found: [incident("a")], noted }).tell).toEqual([]);
    expect(told(meanwhile, 9, ["a"], { noted }).tell).toEqual(["a"]);
  });

  it("is nothing that is known already", () => {
    const open = told(NONE, 0, ["a"]).book;
    expect(beforeMending(open, look(5, ["a", "b"]))).toMatchObject({ noted: new Set(["b"]) });
  });
});
