import { expect, it } from "vitest";
import { correlationId } from "./correlation-id.ts";

it.each([
  { event: { Records: [{ messageId: "m1" }] }, want: "m1" },
  { event: { Records: [{ messageId: "m1" }, { messageId: "m2" }] }, want: undefined },
  { event: { id: "e1", "detail-type": "Object Created" }, want: "e1" },
  { event: { Records: [{ s3: {} }] }, want: undefined },
  { event: null, want: undefined },
])("$event is followed as $want", ({ event, want }) => {
  expect(correlationId(event)).toBe(want);
});
