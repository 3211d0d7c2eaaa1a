import { Aws, CfnParameter, Duration, Fn, Stack } from "aws-cdk-lib";
import { Rule, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { Construct } from "constructs";
import { allow, policyStatements, reachStatements, useTheKey } from "./function-statements.ts";
import { functionParameters } from "./hub-parameters.ts";
import { moatFunction } from "./moat-function.ts";
import { withOwnKey } from "./own-key.ts";
import { readingStatements } from "./permissions.ts";
import { undelivered } from "./undelivered.ts";

/** Beside a hub, for whoever wants it: every hour the map of each account and region, as a page in a bucket. */
export class MapStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id, { description: "Moat: the map as a page in S3, drawn every hour; it changes nothing" });
    const parameters = functionParameters(this);
    const bucket = (name: string, description: string): CfnParameter =>
      new CfnParameter(this, name, { description, allowedPattern: "[a-z0-9.-]{3,63}" });
    const logs = bucket("LogBucket", "Name of the bucket with the flow logs");
    const pages = bucket(
      "PageBucket",
      "Name of the bucket that gets the pages, such as the hub's bucket State",
    );
    const hours = new CfnParameter(this, "Hours", {
      type: "Number",
      default: 24,
      minValue: 1,
      description: "Hours of flow logs that the map shows",
    });
    const arnOf = (name: CfnParameter, keys: string): string =>
      Fn.join("", [`arn:${Aws.PARTITION}:s3:::`, name.valueAsString, keys]);
    const map = moatFunction(this, "Map", {
      parameters,
      timeout: Duration.minutes(15),
      memoryMb: 1024,
      environment: {
        MOAT_PCE_URL: parameters.pceUrl.valueAsString,
        MOAT_PCE_SECRET_ID: parameters.pceSecretArn.valueAsString,
        MOAT_POLICY: parameters.policyUri.valueAsString,
        MOAT_OWNER: parameters.owner.valueAsString,
        MOAT_MODE: parameters.mode.valueAsString,
        MOAT_ACCOUNTS: parameters.accounts.valueAsString,
        MOAT_REGIONS: parameters.regions.valueAsString,
        MOAT_EXTERNAL_ID: parameters.externalId.valueAsString,
        MOAT_MAP_LOGS: `s3://${logs.valueAsString}`,
        MOAT_MAP_PAGES: `s3://${pages.valueAsString}/map`,
        MOAT_MAP_HOURS: hours.valueAsString,
      },
      statements: [
        ...readingStatements(),
        ...policyStatements(parameters),
        ...reachStatements(),
        useTheKey(parameters),
        allow("ListFlowLogs", ["s3:ListBucket"], arnOf(logs, "")),
        allow("ReadFlowLogs", ["s3:GetObject"], arnOf(logs, "/AWSLogs/*")),
        allow("PutPages", ["s3:PutObject"], arnOf(pages, "/map/*")),
      ],
    });
    const { forRules } = undelivered(this);
    new Rule(this, "Schedule", {
      description: "Draws the map",
      schedule: Schedule.rate(Duration.hours(1)),
      targets: [
        new LambdaFunction(map, {
          retryAttempts: 0,
          maxEventAge: Duration.hours(1),
          deadLetterQueue: forRules,
        }),
      ],
    });
    withOwnKey(this, parameters);
  }
}
