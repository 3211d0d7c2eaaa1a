import { parseResourceChange } from "../../../adapters/aws/parse/resource-change.ts";
import type { ResourceChange } from "../../../core/trail/resource-change.ts";
import { whoChanged } from "../../../core/trail/who-changed.ts";
import type { Stage } from "./stage.ts";

/** Asks the CloudTrail of the sandbox who changed something, Moat itself left out. */
export function askTrail(stage: Stage, resources: readonly string[]): ResourceChange | undefined {
  const changes = stage.aws.cloudTrail.events.flatMap((event) => parseResourceChange(event) ?? []);
  return whoChanged(changes, { resources, self: stage.moat.arn });
}

/** Who, what, with which program and when, in words. */
export function changeText({ at, operation, actor, userAgent }: ResourceChange): string {
  const program = userAgent.split(" ")[0] ?? userAgent;
  return `${actor.name}, by ${operation} with ${program} at ${at.slice(11, 19)} UTC, says CloudTrail`;
}
