import { Aws, CfnCondition, Duration, Fn, RemovalPolicy, Stack } from "aws-cdk-lib";
import { CfnEventBusPolicy, EventBus, Rule, RuleTargetInput, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction, SnsTopic, SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { ManagedPolicy, PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { CfnEventSourceMapping } from "aws-cdk-lib/aws-lambda";
import { BlockPublicAccess, Bucket, BucketEncryption } from "aws-cdk-lib/aws-s3";
import { Topic } from "aws-cdk-lib/aws-sns";
import { Queue, QueueEncryption, type QueueProps } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { alarmMaker, alarms } from "./alarms.ts";
import { documentOf } from "./document-of.ts";
import { allow, policyStatements, reachStatements, takeTheRole, useTheKey } from "./function-statements.ts";
import { canary, heartbeat } from "./heartbeat.ts";
import { hintRules } from "./hint-rules.ts";
import { type HubParameters, hubParameters, NO_SECRET, vpcParameter } from "./hub-parameters.ts";
import { LOGS_KEPT, logBucket } from "./log-bucket.ts";
import { moatFunction } from "./moat-function.ts";
import { withOwnKey } from "./own-key.ts";
import { askingStatements, readingStatements, type Statement, writingStatements } from "./permissions.ts";
import { SMALL_NURSERY } from "./small-nursery.ts";
import { undelivered } from "./undelivered.ts";

const FUNCTION_TIMEOUT = Duration.minutes(15);
/** A message is hidden for as long as the function may take, its retries included. */
const HIDDEN_FOR = Duration.minutes(90);
const TRIES = 5;

/** What is decided when the template is made, not when it is deployed. */
export interface HubOptions {
  /** True: the functions may also change groups of the hub's own account. A later, separate step, like in a spoke. */
  readonly enforceHere: boolean;
}

/** The middle of an installation: logs come in, databases are looked after, in this account and in the spokes. */
export class HubStack extends Stack {
  constructor(scope: Construct, id: string, options: HubOptions) {
    super(scope, id, {
      description: "Moat: keeps the security groups of databases as the label policy says",
    });
    const parameters = hubParameters(this);
    const state = this.#bucket("State");
    const logs = logBucket(this, this.#bucket("Logs", LOGS_KEPT), parameters);

    const objects = this.#queue("Objects");
    const hints = this.#queue("Hints");
    const databases = this.#queue("Databases", { fifo: true, queueName: "moat-databases.fifo" });

    const { queue: lost, forRules: deadLetterQueue } = undelivered(this);
    const bird = canary(this, parameters);

    const bus = this.#bus(parameters);
    const incidents = new Topic(this, "Incidents", { enforceSSL: true });
    const hasWebhook = new CfnCondition(this, "HasWebhook", {
      expression: Fn.conditionNot(Fn.conditionEquals(parameters.webhookSecretArn.valueAsString, NO_SECRET)),
    });

    const common: Readonly<Record<string, string>> = {
      MOAT_PCE_URL: parameters.pceUrl.valueAsString,
      MOAT_PCE_SECRET_ID: parameters.pceSecretArn.valueAsString,
      MOAT_POLICY: parameters.policyUri.valueAsString,
      MOAT_OWNER: parameters.owner.valueAsString,
      MOAT_MODE: parameters.mode.valueAsString,
      MOAT_STATE: `s3://${state.bucketName}/state`,
      MOAT_QUEUE_URL: databases.main.queueUrl,
      MOAT_ACCOUNTS: parameters.accounts.valueAsString,
      MOAT_REGIONS: parameters.regions.valueAsString,
      MOAT_EXTERNAL_ID: parameters.externalId.valueAsString,
    };
    const telling = {
      MOAT_NOTIFY_BUS: bus.eventBusName,
      MOAT_NOTIFY_WEBHOOK_SECRET: Fn.conditionIf(
        hasWebhook.logicalId,
        parameters.webhookSecretArn.valueAsString,
        "",
      ).toString(),
    };
    // Policies that functions share: their own would come near the 6,144 characters that IAM takes, and the template
    // near the 51,200 that CloudFormation takes inline.
    const look = new ManagedPolicy(this, "Look", {
      description: "What each function may look at",
      document: documentOf([...readingStatements(), useTheKey(parameters), ...policyStatements(parameters)]),
    });
    const sharing = { parameters, timeout: FUNCTION_TIMEOUT, environment: common, shared: [look] };
    const tell = [
      allow("TellTheBus", ["events:PutEvents"], bus.eventBusArn),
      allow("ReadTheWebhook", ["secretsmanager:GetSecretValue"], parameters.webhookSecretArn.valueAsString),
    ];
    const keep = new ManagedPolicy(this, "Keep", {
      description: "What looking after databases needs besides",
      document: documentOf([
        ...askingStatements(),
        ...reachStatements(),
        ...stateStatements(state.bucketArn),
        ...tell,
      ]),
    });
    const history = `s3://${state.bucketName}/history`;
    const looking = { MOAT_HISTORY: history, MOAT_HISTORY_SEEN_DAYS: parameters.seenDays.valueAsString };
    const keeping = {
      ...sharing,
      shared: [look, keep],
      environment: {
        ...common,
        ...telling,
        ...looking,
        MOAT_CANARY: bird.groupId,
        MOAT_WAVES: parameters.waves.valueAsString,
      },
    };
    const change = options.enforceHere
      ? writingStatements({
          partition: Aws.PARTITION,
          accountId: Aws.ACCOUNT_ID,
          region: "*",
          owner: parameters.owner.valueAsString,
          vpcs: vpcParameter(this).valueAsList,
        })
      : [];
    const record = allow("RecordWrites", ["s3:PutObject"], `${state.bucketArn}/audit/*`);
    const send = allow("HandDatabasesOver", ["sqs:SendMessage"], databases.main.queueArn);
    const readLogs = [
      allow("ListFlowLogs", ["s3:ListBucket"], logs.arn),
      allow("ReadFlowLogs", ["s3:GetObject"], Fn.join("", [logs.arn, "/AWSLogs/*"])),
    ];

    const keepHistory = [
      // Compaction reads what it puts together, and removes what it has put together.
      allow(
        "KeepHistory",
        ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        `${state.bucketArn}/history/*`,
      ),
      allow("ListHistory", ["s3:ListBucket"], state.bucketArn),
      // What was told to the PCE; old hours are removed.
      allow(
        "RememberUploads",
        ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
        `${state.bucketArn}/state/uploads/*`,
      ),
    ];
    // Log events have no header: what their columns are, the flow log's description says.
    const seeFormats = allow("SeeFormats", ["ec2:DescribeFlowLogs"], "*");
    const ingest = moatFunction(this, "Ingest", {
      ...sharing,
      environment: {
        ...common,
        NODE_OPTIONS: SMALL_NURSERY,
        MOAT_HISTORY: history,
        MOAT_HISTORY_DAYS: parameters.historyDays.valueAsString,
      },
      statements: [take(objects.main), send, takeTheRole(), ...readLogs, ...keepHistory, seeFormats],
    });
    const sweep = moatFunction(this, "Sweep", { ...keeping, statements: [take(hints.main), send] });
    const reconcile = moatFunction(this, "Reconcile", {
      ...keeping,
      environment: { ...keeping.environment, MOAT_AUDIT: `s3://${state.bucketName}/audit` },
      statements: [take(databases.main), record, ...readLogs, bird.repair, ...change],
    });

    feed(objects.main, ingest, { batchSize: 10, maximumBatchingWindowInSeconds: 5 });
    feed(hints.main, sweep, { batchSize: 100, maximumBatchingWindowInSeconds: 2 });
    // One at a time: what comes after a message that fails counts as tried, too, and would be given up on with it.
    feed(databases.main, reconcile, { batchSize: 1 });

    new Rule(this, "NewObjects", {
      description: "A flow log was delivered",
      eventPattern: {
        source: ["aws.s3"],
        detailType: ["Object Created"],
        detail: { bucket: { name: [logs.name] }, object: { key: [{ prefix: "AWSLogs/" }] } },
      },
      targets: [new SqsQueue(objects.main, { deadLetterQueue })],
    });
    new Rule(this, "IncidentsToTopic", {
      description: "Incidents, for people",
      eventBus: bus,
      eventPattern: { source: ["moat"], detailType: ["Moat Incident"], account: [Aws.ACCOUNT_ID] },
      targets: [
        new SnsTopic(incidents, { message: RuleTargetInput.fromEventPath("$.detail"), deadLetterQueue }),
      ],
    });
    hintRules(this, bus, hints.main, deadLetterQueue);
    new Rule(this, "Schedule", {
      description: "Looks at every account and region",
      schedule: Schedule.rate(Duration.minutes(parameters.sweepMinutes.valueAsNumber)),
      targets: [
        new LambdaFunction(sweep, { retryAttempts: 1, maxEventAge: Duration.minutes(5), deadLetterQueue }),
      ],
    });
    new Rule(this, "TendHistory", {
      description: "Compacts the history and drops old days",
      schedule: Schedule.rate(Duration.hours(1)),
      targets: [
        new LambdaFunction(ingest, {
          retryAttempts: 1,
          maxEventAge: Duration.minutes(30),
          deadLetterQueue,
        }),
      ],
    });
    const alarm = alarmMaker(this, this.#alarmTopic());
    alarms(this, alarm, {
      dead: [objects.dead, hints.dead, databases.dead, lost],
      functions: [ingest, sweep, reconcile],
      waiting: databases.main,
    });
    heartbeat(this, parameters, bird, { alarm, undelivered: deadLetterQueue });
    withOwnKey(this, parameters);
  }

  /** A policy of one's own takes the place of the one that lets services of the account publish. */
  #alarmTopic(): Topic {
    const topic = new Topic(this, "Alarms", { enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: "AlarmsOfThisAccount",
        principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
        actions: ["sns:Publish"],
        resources: [topic.topicArn],
        conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } },
      }),
    );
    return topic;
  }

  /** Events of the spokes come in here, and incidents go out. */
  #bus({ organizationId }: HubParameters): EventBus {
    const bus = new EventBus(this, "Bus", {
      eventBusName: "moat",
      description: "Events of the spokes, and incidents",
    });
    new CfnEventBusPolicy(this, "BusPolicy", {
      eventBusName: bus.eventBusName,
      statementId: "EventsOfTheOrganization",
      statement: {
        Sid: "EventsOfTheOrganization",
        Effect: "Allow",
        Principal: "*",
        Action: "events:PutEvents",
        Resource: bus.eventBusArn,
        Condition: { StringEquals: { "aws:PrincipalOrgID": organizationId.valueAsString } },
      },
    });
    return bus;
  }

  #bucket(id: string, expiration?: Duration): Bucket {
    const bucket = new Bucket(this, id, {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        {
          abortIncompleteMultipartUploadAfter: Duration.days(1),
          ...(expiration === undefined ? {} : { expiration }),
        },
      ],
    });
    return bucket;
  }

  #queue(id: string, props: QueueProps = {}): { readonly main: Queue; readonly dead: Queue } {
    const { queueName, ...rest } = props;
    const common = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true, ...rest };
    const dead = new Queue(this, `${id}Dead`, {
      ...common,
      retentionPeriod: Duration.days(14),
      ...(queueName === undefined ? {} : { queueName: queueName.replace(".fifo", "-dead.fifo") }),
    });
    const main = new Queue(this, id, {
      ...common,
      visibilityTimeout: HIDDEN_FOR,
      deadLetterQueue: { queue: dead, maxReceiveCount: TRIES },
      ...(queueName === undefined ? {} : { queueName }),
    });
    return { main, dead };
  }
}

const stateStatements = (bucketArn: string): readonly Statement[] => [
  allow("Remember", ["s3:GetObject", "s3:PutObject"], `${bucketArn}/state/*`),
  allow("KnowThatNothingIsRemembered", ["s3:ListBucket"], bucketArn),
  allow("AskTheHistory", ["s3:GetObject"], `${bucketArn}/history/*`),
];

/** What Lambda does for a function that a queue feeds. */
const take = ({ queueArn }: Queue): Statement =>
  allow(
    "TakeMessages",
    [
      ...["sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl"],
      ...["sqs:DeleteMessage", "sqs:GetQueueAttributes"],
    ],
    queueArn,
  );

/** Lambda takes messages from a queue and says which of them failed. */
function feed(
  queue: Queue,
  target: ReturnType<typeof moatFunction>,
  batching: { readonly batchSize: number; readonly maximumBatchingWindowInSeconds?: number },
): void {
  new CfnEventSourceMapping(target, "Feed", {
    eventSourceArn: queue.queueArn,
    functionName: target.functionName,
    functionResponseTypes: ["ReportBatchItemFailures"],
    ...batching,
  });
}
