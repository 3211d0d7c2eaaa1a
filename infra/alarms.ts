import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  Dashboard,
  GraphWidget,
  Metric,
  TreatMissingData,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { Topic } from "aws-cdk-lib/aws-sns";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

/** What is watched. */
export interface Watched {
  readonly dead: readonly Queue[];
  readonly functions: readonly LambdaFunction[];
  readonly waiting: Queue;
}

/** A figure that the functions send; see telemetry.ts. */
const figure = (metricName: string, service: string, statistic = "Sum"): Metric =>
  new Metric({
    namespace: "Moat",
    metricName,
    dimensionsMap: { service: `moat-${service}` },
    period: Duration.minutes(15),
    statistic,
  });

/** Makes the topic, the alarms and the dashboard. What each alarm means stands in docs/guides/operations.md. */
export function alarms(scope: Construct, { dead, functions, waiting }: Watched): void {
  const topic = new Topic(scope, "Alarms", { enforceSSL: true });
  const alarm = (
    id: string,
    alarmDescription: string,
    metric: Metric,
    threshold: number,
    silent = false,
  ): void => {
    const made = new Alarm(scope, id, {
      alarmDescription,
      metric,
      threshold,
      evaluationPeriods: 1,
      comparisonOperator: silent
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: silent ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    made.addAlarmAction(new SnsAction(topic));
  };
  for (const queue of dead)
    alarm(
      `${queue.node.id}Alarm`,
      "Messages that failed again and again",
      queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: "Maximum" }),
      1,
    );
  for (const each of functions)
    alarm(
      `${each.node.id}Errors`,
      "A function failed",
      each.metricErrors({ period: Duration.minutes(15) }),
      1,
    );
  alarm(
    "Waiting",
    "A database has waited for its turn for half an hour",
    waiting.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(5), statistic: "Maximum" }),
    1800,
  );
  alarm(
    "NoSweep",
    "No account was looked at for a quarter of an hour",
    figure("Databases", "sweep", "SampleCount"),
    1,
    true,
  );
  alarm("TargetsFailed", "An account or region could not be looked at", figure("TargetsFailed", "sweep"), 1);
  alarm("TugOfWar", "Somebody undoes repairs again and again", figure("TugsOfWar", "sweep"), 1);
  alarm("Drift", "Somebody changed what Moat keeps", figure("DriftFound", "reconcile"), 1);
  for (const service of ["Sweep", "Reconcile"])
    alarm(
      `Untold${service}`,
      "An incident could not be told on some channel",
      figure("NotificationsMissed", service.toLowerCase()),
      1,
    );
  const graph = (title: string, left: Metric[]) => new GraphWidget({ title, left, width: 12 });
  new Dashboard(scope, "Dashboard", {
    dashboardName: "moat",
    widgets: [
      [
        graph(
          "Databases",
          ["Databases", "DatabasesInSync", "DatabasesRefused"].map((n) => figure(n, "sweep", "Maximum")),
        ),
        graph(
          "Changes",
          ["DriftFound", "WriteCalls", "RunsFailed"].map((n) => figure(n, "reconcile")),
        ),
      ],
      [
        graph(
          "Held and handed over",
          ["RevocationsHeld", "HandedOver", "TargetsFailed", "TugsOfWar"].map((n) => figure(n, "sweep")),
        ),
        graph(
          "Duration",
          functions.map((f) => f.metricDuration()),
        ),
      ],
    ],
  });
}
