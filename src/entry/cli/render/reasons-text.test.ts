import { expect, it } from "vitest";
import type { Because } from "../../../core/policy/resolution.ts";
import { reasonsText } from "./plan-text.ts";

const web = (n: number, and?: number): Because => ({
  rule: "/r/1",
  workload: `web-${n}`,
  ...(and === undefined ? {} : { and }),
});

it.each([
  { because: [], text: "" },
  { because: [web(1)], text: "web-1 by /r/1" },
  { because: [web(1), web(2), web(3), web(4)], text: "web-1, web-2, web-3 and 1 more by /r/1" },
  { because: [web(1, 1_743)], text: "web-1 and 1,743 more by /r/1" },
  { because: [web(1), web(2), web(3), web(4, 254)], text: "web-1, web-2, web-3 and 255 more by /r/1" },
])("says how many are behind a rule: $text", ({ because, text }) => {
  expect(reasonsText(because, (href) => href)).toBe(text);
});
