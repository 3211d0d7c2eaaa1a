import { describe, expect, it } from "vitest";
import { EMPTY_MEMORY } from "../../app/watch/survey.ts";
import type { LogRecord } from "../../core/history/log-record.ts";
import { memoryText } from "./memory-text.ts";

describe("a memory as text", () => {
  it("says when databases were narrowed, or that it is not known", () => {
    const narrowed = new Map([
      ["arn-b", 2],
      ["arn-a", 1],
    ]);
    const text = memoryText.write({ ...EMPTY_MEMORY, narrowed });
    expect(memoryText.read(text).narrowed).toEqual(narrowed);
    expect(text).toBe(memoryText.write({ ...EMPTY_MEMORY, narrowed: new Map([...narrowed].reverse()) }));
    expect(memoryText.read(memoryText.write(EMPTY_MEMORY)).narrowed).toBeUndefined();
    expect(memoryText.read(memoryText.write({ ...EMPTY_MEMORY, narrowed: new Map() })).narrowed).toEqual(
      new Map(),
    );
    expect(memoryText.read("nonsense").narrowed).toBeUndefined();
  });

  it("keeps what is known of flow logs, one text for one knowledge", () => {
    const record = { seenBy: ["fl-1"], tellers: ["fl-1"], hours: { from: 3600, to: 7200 }, afterGap: true };
    const logs = new Map<string, LogRecord>([
      ["arn-b", record],
      ["arn-a", { seenBy: [], tellers: [], askedAt: 7 }],
    ]);
    const text = memoryText.write({ ...EMPTY_MEMORY, logs });
    expect(memoryText.read(text).logs).toEqual(logs);
    const turned = new Map([...logs].reverse());
    expect(memoryText.write({ ...EMPTY_MEMORY, logs: turned })).toBe(text);
    expect(memoryText.read(memoryText.write(EMPTY_MEMORY)).logs).toBeUndefined();
  });
});
