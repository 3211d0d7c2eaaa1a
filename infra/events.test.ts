import { expect, it } from "vitest";
import { eventBridgeEvent } from "../src/sandbox/aws/model/rds/event-bridge.ts";
import { EVENTS } from "../src/sandbox/aws/model/rds/events.ts";
import { RDS_EVENTS } from "./events.ts";

const SOURCES = ["db-instance", "db-cluster", "db-proxy"] as const;

/** Whether the rule takes an event that RDS sends with these categories: one that is in the list is enough. */
function taken(detailType: string, categories: readonly string[]): boolean {
  const listed = (RDS_EVENTS.detail?.EventCategories ?? []) as readonly string[];
  return (
    (RDS_EVENTS.detailType ?? []).includes(detailType) && categories.some((each) => listed.includes(each))
  );
}

it.each(
  Object.entries(EVENTS).flatMap(([name, { categories }]) =>
    SOURCES.map((s) => [name, s, categories] as const),
  ),
)("takes %s of %s, which may have changed who reaches a database", (_, sourceType, categories) => {
  const sourceArn = "arn:aws:rds:eu-west-1:111122223333:db:orders";
  const { "detail-type": type, detail } = eventBridgeEvent(
    { at: 0, eventId: "x", sourceType, sourceIdentifier: "orders", sourceArn, message: "", categories },
    "1",
  );
  expect(taken(type, detail.EventCategories)).toBe(true);
});

it.each(["backup", "backtrack", "low storage", "security patching", "serverless"])(
  "leaves out what RDS tells under %s, which changes nobody's access",
  (category) => {
    expect(taken("RDS DB Instance Event", [category])).toBe(false);
  },
);
