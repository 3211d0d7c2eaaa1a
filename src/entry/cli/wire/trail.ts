import { lookUpChanges, MOST_LOOKUPS } from "../../../adapters/aws/lookup-changes.ts";
import { parseResourceChange } from "../../../adapters/aws/parse/resource-change.ts";
import type { AskTrail } from "../../../app/plan-with-makers.ts";
import { AwsFault } from "../../../ports/aws-fault.ts";
import type { CliContext } from "../context.ts";
import type { AwsSource } from "./aws-source.ts";

/**
 * The history of the account behind a source; `undefined` for a snapshot, which has none. A history that cannot be had
 * is told of each time, as it may come to cost more.
 */
export function openTrail(context: CliContext, { sandbox, clients }: AwsSource): AskTrail | undefined {
  if (clients === undefined) return undefined;
  return async (resources) => {
    // The sandbox's is there in whole, and no quarter of an hour behind.
    if (sandbox !== undefined)
      return {
        changes: sandbox.sample.aws.sandbox.cloudTrail.events.flatMap(
          (event) => parseResourceChange(event) ?? [],
        ),
        unasked: [],
      };
    try {
      return {
        changes: await lookUpChanges(clients, resources),
        unasked: resources.slice(MOST_LOOKUPS),
      };
    } catch (error) {
      if (!(error instanceof AwsFault)) throw error;
      context.progress(
        context.progressStyle.yellow(
          `! CloudTrail was not asked who changed it: ${error.message}\n  ${error.fix}`,
        ),
      );
      return { changes: [], unasked: resources };
    }
  };
}
