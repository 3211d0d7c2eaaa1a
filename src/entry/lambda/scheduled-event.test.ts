import { expect, it } from "vitest";
import { isScheduled } from "./scheduled-event.ts";

const EVENT = {
  version: "0",
  id: "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
  "detail-type": "Scheduled Event",
  source: "aws.events",
  account: "111122223333",
  time: "2026-08-15T12:00:00Z",
  region: "eu-west-1",
  resources: ["arn:aws:events:eu-west-1:111122223333:rule/moat-hub-TendHistory"],
  detail: {},
};

it.each([
  { name: "a schedule that fired", event: EVENT, want: true },
  { name: "an event of S3 through the bus", event: { ...EVENT, source: "aws.s3" }, want: false },
  { name: "a batch of a queue", event: { Records: [] }, want: false },
  { name: "nothing", event: undefined, want: false },
])("$name: $want", ({ event, want }) => {
  expect(isScheduled(event)).toBe(want);
});
