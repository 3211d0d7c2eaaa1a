import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { AuthorizeSecurityGroupIngressCommand, CreateFlowLogsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { bundleHandlers } from "../../scripts/build.ts";
import { SandboxClock } from "../../src/sandbox/aws/model/clock.ts";
import type { CloudTrailEvent } from "../../src/sandbox/aws/model/cloud-trail.ts";
import type { S3Object } from "../../src/sandbox/aws/model/s3/object.ts";
import { startSandboxAws } from "../../src/sandbox/aws/server.ts";
import { buildAws, type CompanyAws, LOG_BUCKET } from "../../src/sandbox/company/build-aws.ts";
import { buildPce, type CompanyPce } from "../../src/sandbox/company/build-pce.ts";
import { type Company, parseCompany } from "../../src/sandbox/company/company.ts";
import { playTraffic } from "../../src/sandbox/company/play-traffic.ts";
import { TEN_COLUMNS } from "../../src/sandbox/company/subscribe-flow-logs.ts";
import { startSandboxPce } from "../../src/sandbox/pce/index.ts";
import { startMinistack } from "../support/ministack.ts";
import { type Deployed, defaultVpc, deploy, type TemplateText, templateOf, without } from "./hub-stack.ts";

const COMPANY = join(import.meta.dirname, "../../examples/orders/company.yaml");
const CODE_BUCKET = "moat-code";
const PERSON = "AKIAPERSON0000000001";
const TEST_NET = "198.51.100.0/24";
const KEY = { key: "api_1d9f2c7be0a4", secret: "6f0c2b9a7d8e41f3a5b6c7d8e9f0a1b2" };

/** Resource types of the hub's template that ministack 1.5.33 does not know. */
export const MINISTACK_LACKS: readonly string[] = ["AWS::Events::EventBusPolicy"];

/**
 * The hub as its template makes it, on ministack: buckets, queues, rules, functions and their feeds are ministack's, the
 * functions are the bundles that `npm run build` makes. EC2, RDS, CloudTrail's history and quotas are the sandbox's, for
 * ministack's security groups have no quotas and its databases no interfaces; the PCE is the sandbox's too.
 */
export interface MinistackLab {
  readonly company: Company;
  readonly aws: CompanyAws;
  readonly pce: CompanyPce;
  readonly hub: Deployed;
  readonly sqs: SQSClient;
  /** Lets the company work for some minutes and puts its flow-log objects into the hub's bucket; how many. */
  work(): Promise<number>;
  /** Ingress of the groups that a database carries, as `source port`, sorted. */
  rules(database: string): readonly string[];
  /** A person opens a database to a network of strangers. @returns the event that CloudTrail writes */
  tamper(database: string): Promise<CloudTrailEvent>;
  /** Runs the heartbeat, as its schedule does. @returns the event that CloudTrail writes */
  beat(): Promise<CloudTrailEvent>;
  /** Looks at every database, as the schedule does. */
  sweep(): Promise<void>;
  /** Puts a text in the place of the file of acknowledgements. */
  acknowledge(text: string): Promise<void>;
  /** Ingress rules of the canary group. */
  canaryRules(): number;
  /** Puts the event on the default bus, as CloudTrail does. */
  announce(event: CloudTrailEvent): Promise<void>;
  /** Messages in a queue, by its logical id: those to be had and those in somebody's hands. */
  waiting(queue: string): Promise<number>;
  /** Keys in the hub's bucket that begin so: `history/`, or `audit/`. */
  kept(prefix: string): Promise<readonly string[]>;
  printed(): string;
  close(): Promise<void>;
}

/** Builds the lab. @param python of an environment that has ministack */
export async function ministackLab(python: string): Promise<MinistackLab> {
  const company = parseCompany(readFileSync(COMPANY, "utf8"));
  const clock = new SandboxClock();
  const aws = buildAws(company, { clock });
  const { defaultAccountId: account } = aws.sandbox.world;
  const credentials = [{ ...KEY, keyId: KEY.key, userHref: "/users/1", username: "moat@example.com" }];
  const pce = buildPce(company, aws, { now: () => clock.now(), credentials });
  const servedAws = await startSandboxAws({ sandbox: aws.sandbox });
  const servedPce = await startSandboxPce({ sandbox: pce.sandbox });
  const elsewhere = ["EC2", "RDS", "CLOUDTRAIL", "SERVICE_QUOTAS"].map((s) => [
    `AWS_ENDPOINT_URL_${s}`,
    servedAws.url,
  ]);
  const ministack = await startMinistack(python, account, company.region, {
    ...Object.fromEntries(elsewhere),
    AWS_EC2_METADATA_DISABLED: "true",
  });
  const at = (endpoint: string, accessKeyId: string) => ({
    endpoint,
    region: company.region,
    credentials: { accessKeyId, secretAccessKey: "test" },
  });
  const here = at(ministack.url, account);
  const s3 = new S3Client({ ...here, forcePathStyle: true });
  const sqs = new SQSClient(here);
  const bus = new EventBridgeClient(here);
  const secrets = new SecretsManagerClient(here);
  const person = new EC2Client(at(servedAws.url, PERSON));
  const sts = new STSClient(here);
  const cloudFormation = new CloudFormationClient(here);
  const clients = [s3, sqs, bus, secrets, person, sts, cloudFormation];

  const { Arn: principalArn = "" } = await sts.send(new GetCallerIdentityCommand({}));
  const identities = { [PERSON]: `arn:aws:iam::${account}:user/alex`, [account]: principalArn };
  for (const [key, arn] of Object.entries(identities))
    aws.sandbox.credentials.register(key, { accountId: account, principalArn: arn, userId: key });

  const { ARN: PceSecretArn = "" } = await secrets.send(
    new CreateSecretCommand({ Name: "moat/pce", SecretString: JSON.stringify(KEY) }),
  );
  await uploadCode(s3);
  const { groupId: canary } = aws.sandbox.seed.securityGroup({ groupName: "canary", vpcId: aws.vpcId });
  const hub = await deploy(
    cloudFormation,
    "moat-hub",
    withCanary(without(templateOf("moat-hub-enforce"), MINISTACK_LACKS), canary),
    {
      CodeBucket: CODE_BUCKET,
      PceUrl: servedPce.url,
      PceSecretArn,
      ExternalId: "a-long-random-text",
      CanaryVpcId: await defaultVpc(here),
      // The sandbox lives in a year of its own.
      SeenDays: "36500",
      // What waits for its wave is tried elsewhere, with a clock that can be moved.
      Waves: "",
    },
  );
  await subscribe(person, aws);
  // AWS's own delays pass a thousand times as fast; what is measured is Moat and ministack.
  const timer = setInterval(() => clock.advance(30_000), 30);

  /** Calls a function as its schedule does. @returns its answer */
  const invoke = async (name: string): Promise<string> => {
    const answer = await fetch(`${ministack.url}/2015-03-31/functions/${name}/invocations`, {
      method: "POST",
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${account}/20260105/${company.region}/lambda/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: "{}",
    });
    return answer.text();
  };

  return {
    company,
    aws,
    pce,
    hub,
    sqs,
    work: async () => {
      const traffic = company.traffic.filter(({ from }) => from !== "scanner");
      playTraffic({ ...company, traffic }, aws, 0.1);
      clock.advance(600_000);
      const delivered: S3Object[] = [];
      const end = aws.sandbox.s3.onCreated((_, object) => delivered.push(object));
      aws.sandbox.flowLogs.deliver();
      end();
      const Bucket = hub.id("AWS::S3::Bucket", "Logs");
      for (const { key: Key, body: Body } of delivered)
        await s3.send(new PutObjectCommand({ Bucket, Key, Body }));
      return delivered.length;
    },
    rules: (database) => rulesAt(aws, database),
    tamper: async (database) => {
      await person.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupId: aws.sandbox.rds().instance(database).assignment.groups[0] ?? "",
          IpPermissions: [{ IpProtocol: "tcp", FromPort: 1, ToPort: 9999, IpRanges: [{ CidrIp: TEST_NET }] }],
        }),
      );
      const event = aws.sandbox.cloudTrail.events.at(-1);
      if (event === undefined) throw new Error("Nothing was written down");
      return event;
    },
    beat: async () => {
      const before = aws.sandbox.cloudTrail.events.length;
      const answer = await invoke("moat-heartbeat");
      const event = aws.sandbox.cloudTrail.events[before];
      if (event === undefined) throw new Error(`The heartbeat did nothing: ${answer}`);
      return event;
    },
    sweep: async () => void (await invoke("moat-sweep")),
    acknowledge: async (text) => {
      const Bucket = hub.id("AWS::S3::Bucket", "State");
      await s3.send(new PutObjectCommand({ Bucket, Key: "state/acknowledged.txt", Body: text }));
    },
    canaryRules: () =>
      aws.sandbox
        .ec2()
        .groups.get(canary)
        ?.rules.filter(({ isEgress }) => !isEgress).length ?? 0,
    announce: async (event) => {
      const entry = {
        Source: event.eventSource.replace(/^(\w+)\..*$/, "aws.$1"),
        DetailType: "AWS API Call via CloudTrail",
        Detail: JSON.stringify(event),
      };
      const { FailedEntryCount } = await bus.send(new PutEventsCommand({ Entries: [entry] }));
      if (FailedEntryCount !== 0) throw new Error("The bus did not take the event");
    },
    waiting: async (queue) => {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: hub.id("AWS::SQS::Queue", queue),
          AttributeNames: ["All"],
        }),
      );
      return (
        Number(Attributes.ApproximateNumberOfMessages) +
        Number(Attributes.ApproximateNumberOfMessagesNotVisible)
      );
    },
    kept: async (Prefix) => {
      const Bucket = hub.id("AWS::S3::Bucket", "State");
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
      return Contents.map(({ Key = "" }) => Key);
    },
    printed: () => ministack.printed(),
    close: async () => {
      clearInterval(timer);
      for (const client of clients) client.destroy();
      await ministack.stop();
      await Promise.all([servedAws.close(), servedPce.close()]);
    },
  };
}

/**
 * The functions ask the sandbox for the canary, so it has to be the sandbox's group, not ministack's. Nor does anybody
 * wait half a minute for a second answer of policy.
 */
function withCanary(template: TemplateText, groupId: string): TemplateText {
  const Resources = Object.fromEntries(
    Object.entries(template.Resources).map(([name, resource]) => {
      const { Environment, ...rest } = resource.Properties ?? {};
      const { Variables } = (Environment ?? {}) as { readonly Variables?: Readonly<Record<string, unknown>> };
      if (Variables?.MOAT_CANARY === undefined) return [name, resource];
      const variables = { ...Variables, MOAT_CANARY: groupId, MOAT_TWICE_APART_SECONDS: "1" };
      return [name, { ...resource, Properties: { ...rest, Environment: { Variables: variables } } }];
    }),
  );
  return { ...template, Resources };
}

/** The functions as they are released: one archive each, with what `npm run build` makes. */
async function uploadCode(s3: S3Client): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "moat-code-"));
  try {
    await s3.send(new CreateBucketCommand({ Bucket: CODE_BUCKET }));
    for (const bundle of await bundleHandlers(folder)) {
      const files = readdirSync(bundle.folder).filter((name) => !name.endsWith(".map"));
      const archive = join(folder, `${bundle.handler}.zip`);
      execFileSync("python3", ["-m", "zipfile", "-c", archive, ...files], { cwd: bundle.folder });
      await s3.send(
        new PutObjectCommand({
          Bucket: CODE_BUCKET,
          Key: `moat/${bundle.handler}.zip`,
          Body: readFileSync(archive),
        }),
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function subscribe(ec2: EC2Client, aws: CompanyAws): Promise<void> {
  await ec2.send(
    new CreateFlowLogsCommand({
      ResourceIds: [...aws.databases.keys()].map((id) => aws.interfaces.get(id) ?? ""),
      ResourceType: "NetworkInterface",
      TrafficType: "ALL",
      LogDestinationType: "s3",
      LogDestination: `arn:aws:s3:::${LOG_BUCKET}`,
      MaxAggregationInterval: 60,
      LogFormat: TEN_COLUMNS,
    }),
  );
}

function rulesAt(aws: CompanyAws, database: string): readonly string[] {
  const { groups } = aws.sandbox.ec2();
  return aws.sandbox
    .rds()
    .instance(database)
    .assignment.groups.flatMap((groupId) => groups.get(groupId)?.rules ?? [])
    .flatMap(({ isEgress, peer, fromPort }) =>
      isEgress || peer.kind !== "cidr" ? [] : [`${peer.cidr} ${fromPort}`],
    )
    .sort();
}
