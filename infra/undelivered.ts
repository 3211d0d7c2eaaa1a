import { Aws, Duration, type Stack, Validations } from "aws-cdk-lib";
import { Effect, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { type IQueue, Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";

/** A queue for what EventBridge cannot deliver, and the same queue as rules take it. */
export interface Undelivered {
  readonly queue: Queue;
  readonly forRules: IQueue;
}

/** One queue for all rules and schedules: what EventBridge could not hand over in a day, or in five minutes, ends here. */
export function undelivered(stack: Stack): Undelivered {
  const queue = new Queue(stack, "Undelivered", {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: "RulesOfThisAccount",
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal("events.amazonaws.com")],
      actions: ["sqs:SendMessage"],
      resources: [queue.queueArn],
      conditions: {
        ArnLike: {
          "aws:SourceArn": `arn:${Aws.PARTITION}:events:${Aws.REGION}:${Aws.ACCOUNT_ID}:rule/*`,
        },
      },
    }),
  );
  Validations.of(queue).acknowledge({
    id: "AwsSolutions-SQS3",
    reason: "It is a dead-letter queue itself, of rules and not of another queue",
  });
  // As if made elsewhere: the CDK would add a statement for each rule, and half of them may not exist.
  return { queue, forRules: Queue.fromQueueArn(stack, "UndeliveredOfRules", queue.queueArn) };
}
