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
import type { Topic } from "aws-cdk-lib/aws-sns";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

/** What is watched. */
export interface Watched {
  readonly dead: readonly Queue[];
  readonly functions: readonly LambdaFunction[];
  readonly waiting: Queue;
}

/** A figure that the functions send; see telemetry.ts. */
export const figure = (metricName: string, service: string, statistic = "Sum"): Metric =>
  new Metric({
    namespace: "Moat",
    metricName,
    dimensionsMap: { service: `moat-${service}` },
    period: Duration.minutes(15),
    statistic,
  });

/** Makes an alarm; `silent` ones go off when a figure stays below the threshold or away. */
export type AlarmMaker = (
  id: string,
  description: string,
  metric: Metric,
  threshold: number,
  silent?: boolean,
) => Alarm;

/** Alarms that tell a topic. */
export const alarmMaker =
  (scope: Construct, topic: Topic): AlarmMaker =>
  (id, alarmDescription, metric, threshold, silent = false) => {
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
    return made;
  };

/** Makes the alarms and the dashboard. What each alarm means stands in docs/guides/operations.md. */
export function alarms(scope: Construct, alarm: AlarmMaker, { dead, functions, waiting }: Watched): void {
  for (const queue of dead)
    alarm(
      `${queue.node.id}Alarm`,
      "Messages failed again and again",
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
    "A database has waited for half an hour",
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
  alarm("WavesStopped", "Clients are refused: no wave goes on", figure("WavesStopped", "sweep"), 1);
  for (const service of ["Sweep", "Reconcile"])
    alarm(
      `Untold${service}`,
      "An incident could not be told",
      figure("NotificationsMissed", service.toLowerCase()),
      1,
    );
  // The page chooses the period that fits what it shows; to name another one costs room in the template.
  const drawn = (metricName: string, service: string, statistic?: string): Metric =>
    figure(metricName, service, statistic).with({ period: Duration.minutes(5) });
  const graph = (title: string, left: Metric[]) => new GraphWidget({ title, left, width: 12 });
  new Dashboard(scope, "Dashboard", {
    dashboardName: "moat",
    widgets: [
      [
        graph(
          "Databases",
          ["Databases", "DatabasesInSync", "DatabasesRefused"].map((n) => drawn(n, "sweep", "Maximum")),
        ),
        graph(
          "Changes",
          ["DriftFound", "WriteCalls", "RunsFailed"].map((n) => drawn(n, "reconcile")),
        ),
      ],
      [
        graph(
          "Held and handed over",
          ["RevocationsHeld", "HandedOver"].map((n) => drawn(n, "sweep")),
        ),
        graph(
          "Duration",
          functions.map((f) => f.metricDuration()),
        ),
      ],
      [
        graph("Seconds until the canary is repaired", [drawn("CanarySeconds", "reconcile", "Maximum")]),
        graph(
          "Waiting and given up",
          [waiting, ...dead].map((queue) =>
            queue.metricApproximateNumberOfMessagesVisible({ statistic: "Maximum" }),
          ),
        ),
      ],
    ],
  });
}
