import type { Stack } from "aws-cdk-lib";
import { type EventBus, Rule } from "aws-cdk-lib/aws-events";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type IQueue, Queue } from "aws-cdk-lib/aws-sqs";
import { RDS_EVENTS, TAMPER_EVENTS } from "./events.ts";

/** Lets events of this account, and those that spokes send to the bus, come into the queue of hints. */
export function hintRules(stack: Stack, bus: EventBus, hints: Queue, deadLetterQueue: IQueue): void {
  // As if made elsewhere: the CDK would add a statement for each rule, which say the same of four rules.
  const queue = Queue.fromQueueArn(stack, "HintsOfRules", hints.queueArn);
  const targets = [new SqsQueue(queue, { deadLetterQueue })];
  const rules = (
    [
      ["Here", undefined],
      ["Spokes", bus],
    ] as const
  ).flatMap(([where, eventBus]) =>
    (
      [
        ["Tampering", TAMPER_EVENTS],
        ["Rds", RDS_EVENTS],
      ] as const
    ).map(
      ([what, eventPattern]) =>
        new Rule(stack, `${what}${where}`, {
          eventPattern,
          targets,
          ...(eventBus === undefined ? {} : { eventBus }),
        }),
    ),
  );
  hints.addToResourcePolicy(
    new PolicyStatement({
      sid: "TheseRules",
      principals: [new ServicePrincipal("events.amazonaws.com")],
      actions: ["sqs:SendMessage"],
      resources: [hints.queueArn],
      conditions: { ArnEquals: { "aws:SourceArn": rules.map(({ ruleArn }) => ruleArn) } },
    }),
  );
}
