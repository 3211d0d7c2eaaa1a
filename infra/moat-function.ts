import { type Duration, Fn, RemovalPolicy } from "aws-cdk-lib";
import { type IManagedPolicy, ManagedPolicy, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Bucket } from "aws-cdk-lib/aws-s3";
import type { Construct } from "constructs";
import { documentOf } from "./document-of.ts";
import { allow } from "./function-statements.ts";
import type { FunctionParameters } from "./hub-parameters.ts";
import type { Statement } from "./permissions.ts";

/** What a function is made of. */
export interface MoatFunctionProps {
  readonly parameters: Pick<FunctionParameters, "codeBucket" | "codePrefix">;
  readonly timeout: Duration;
  /** 512 when absent. More memory is more CPU, too. */
  readonly memoryMb?: number;
  readonly environment: Readonly<Record<string, string>>;
  /** What it may do as others may, too: policies that several functions share. */
  readonly shared?: readonly IManagedPolicy[];
  /** All else that it may do, besides writing its log and its traces. */
  readonly statements: readonly Statement[];
}

/** One of the functions, with a role and a log of its own. `id` in lower case names its file. */
export function moatFunction(scope: Construct, id: string, props: MoatFunctionProps): LambdaFunction {
  const name = id.toLowerCase();
  const { parameters } = props;
  const logGroup = new LogGroup(scope, `${id}Log`, {
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  const role = new Role(scope, `${id}Role`, {
    roleName: `moat-${name}`,
    assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    managedPolicies: [
      ...(props.shared ?? []),
      new ManagedPolicy(scope, `${id}Policy`, {
        document: documentOf([
          ...props.statements,
          allow("WriteItsLog", ["logs:CreateLogStream", "logs:PutLogEvents"], logGroup.logGroupArn),
          allow("Trace", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
        ]),
      }),
    ],
  });
  return new LambdaFunction(scope, id, {
    functionName: `moat-${name}`,
    runtime: new Runtime("nodejs24.x"),
    architecture: Architecture.ARM_64,
    handler: "index.handler",
    code: Code.fromBucket(
      Bucket.fromBucketName(scope, `${id}Code`, parameters.codeBucket.valueAsString),
      Fn.join("", [parameters.codePrefix.valueAsString, `${name}.zip`]),
    ),
    memorySize: props.memoryMb ?? 512,
    timeout: props.timeout,
    // All that the role may do stands above: the CDK would add a policy of its own for traces.
    role: role.withoutPolicyUpdates(),
    logGroup,
    tracing: Tracing.ACTIVE,
    environment: { ...props.environment },
  });
}
