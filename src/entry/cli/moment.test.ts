import { describe, expect, it } from "vitest";
import { parseMoment } from "./moment.ts";

const NOW = Date.UTC(2026, 0, 5, 12);

describe("parseMoment", () => {
  it.each([
    { text: "90s", want: "2026-01-05T11:58:30.000Z" },
    { text: "2h", want: "2026-01-05T10:00:00.000Z" },
    { text: "3d", want: "2026-01-02T12:00:00.000Z" },
    { text: "0s", want: "2026-01-05T12:00:00.000Z" },
    { text: "2026-01-05T09:00:00Z", want: "2026-01-05T09:00:00.000Z" },
    { text: "2026-01-05t09:00:00.9z", want: "2026-01-05T09:00:00.000Z" },
    { text: "2026-01-05 09:00+02:00", want: "2026-01-05T07:00:00.000Z" },
  ])("$text is $want", ({ text, want }) => {
    expect(new Date(parseMoment(text, "--since", NOW) * 1000).toISOString()).toBe(want);
  });

  it.each(["", "h", "2w", "yesterday", "2026-01-05", "2026-01-05T09:00:00", "2026-13-05T09:00:00Z", "-1h"])(
    "refuses %j, and says what it takes",
    (text) => {
      expect(() => parseMoment(text, "--since", NOW)).toThrow("--since");
    },
  );
});
