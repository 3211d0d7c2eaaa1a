import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
} from "@aws-sdk/client-cloudformation";
import { DescribeSecurityGroupsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { CreateBucketCommand, ListBucketsCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Moto, startMoto } from "../contract/moto.ts";
import { describeWith } from "../support/describe-with.ts";
import { type Ministack, startMinistack } from "../support/ministack.ts";
import { findPython } from "../support/python.ts";
import { type Deployed, defaultVpc, deploy, templateOf, without } from "./hub-stack.ts";

const python = {
  name: "moto and ministack in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};
const ACCOUNT = "111122223333";
const REGION = "eu-west-1";

/** What an emulator cannot make of our templates: types, or names of single resources. */
interface Gaps {
  /** The whole template is turned away while they are in it. */
  readonly refused: readonly string[];
  /** Passed over without an error, or not listed as made. */
  readonly ignored: readonly string[];
}

const GAPS: Readonly<Record<"ministack" | "moto", Gaps>> = {
  ministack: {
    // "Unrecognized resource types".
    refused: ["AWS::Events::EventBusPolicy"],
    ignored: [],
  },
  moto: {
    // Rules on a bus of one's own: moto takes the bus, to which Ref leads, for its ARN, and answers 500.
    refused: ["TamperingSpokes", "RdsSpokes", "IncidentsToTopic"],
    // Not among the resources that moto lists afterwards.
    ignored: [
      "AWS::CloudWatch::Alarm",
      "AWS::Events::EventBusPolicy",
      "AWS::S3::BucketPolicy",
      "AWS::SNS::TopicPolicy",
      "AWS::SQS::QueuePolicy",
    ],
  },
};

const STACKS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "moat-hub": { CodeBucket: "moat-code", ExternalId: "a-long-random-text" },
  "moat-hub-enforce": { CodeBucket: "moat-code", ExternalId: "a-long-random-text" },
  "moat-spoke-observe": { HubAccount: ACCOUNT, ExternalId: "a-long-random-text" },
  "moat-spoke-enforce": {},
  "moat-map": { CodeBucket: "moat-code", LogBucket: "moat-code", PageBucket: "moat-code" },
  "moat-spoke-events": { HubBusArn: `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/moat` },
};

/** The order of an installation: the leave to change goes onto a role that is there. */
const ORDER = [
  "moat-spoke-observe",
  "moat-spoke-enforce",
  "moat-spoke-events",
  "moat-hub",
  "moat-hub-enforce",
  "moat-map",
];

for (const emulator of ["ministack", "moto"] as const)
  describeWith(python, `the templates, on CloudFormation of ${emulator}`, (found) => {
    let server: Moto | Ministack;
    let client: CloudFormationClient;
    let CanaryVpcId = "";
    let s3: S3Client;
    let sqs: SQSClient;
    let sns: SNSClient;
    let ec2: EC2Client;
    beforeAll(async () => {
      server = emulator === "moto" ? await startMoto(found) : await startMinistack(found, ACCOUNT, REGION);
      const config = {
        endpoint: server.url,
        region: REGION,
        // An answer of 500 is to be seen, not to be asked for again.
        maxAttempts: 1,
        credentials: { accessKeyId: ACCOUNT, secretAccessKey: "test" },
      };
      client = new CloudFormationClient(config);
      CanaryVpcId = await defaultVpc(config);
      s3 = new S3Client({ ...config, forcePathStyle: true });
      sqs = new SQSClient(config);
      sns = new SNSClient(config);
      ec2 = new EC2Client(config);
      await s3.send(
        new CreateBucketCommand({
          Bucket: "moat-code",
          CreateBucketConfiguration: { LocationConstraint: REGION },
        }),
      );
      // An archive without files.
      for (const name of ["heartbeat", "ingest", "map", "sweep", "reconcile"])
        await s3.send(
          new PutObjectCommand({
            Bucket: "moat-code",
            Key: `moat/${name}.zip`,
            Body: Buffer.concat([Buffer.from("PK\x05\x06"), Buffer.alloc(18)]),
          }),
        );
    });
    afterAll(async () => {
      for (const each of [client, s3, sqs, sns, ec2]) each?.destroy();
      await server?.stop();
    });

    /** What costs money or lets somebody in: queues, topics, and the canary. */
    async function owned(): Promise<readonly string[]> {
      const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
      const { Topics = [] } = await sns.send(new ListTopicsCommand({}));
      const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
      const canaries = SecurityGroups.filter(({ Description = "" }) => Description.startsWith("Moat"));
      return [
        ...QueueUrls,
        ...Topics.flatMap(({ TopicArn = "" }) => TopicArn),
        ...canaries.flatMap(({ GroupId = "" }) => GroupId),
      ];
    }

    async function remove(name: string): Promise<void> {
      await client.send(new DeleteStackCommand({ StackName: name }));
      const signal = AbortSignal.timeout(30_000);
      for (;;) {
        const gone = await client.send(new DescribeStacksCommand({ StackName: name })).then(
          ({ Stacks = [] }) => Stacks.every(({ StackStatus }) => StackStatus === "DELETE_COMPLETE"),
          () => true,
        );
        if (gone) return;
        signal.throwIfAborted();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }

    const { refused, ignored } = GAPS[emulator];

    it.each(ORDER)("%s is made, but for the known gaps", async (name) => {
      // A hub's functions and queue have fixed names: there is one in an account and region.
      if (name === "moat-hub-enforce") await remove("moat-hub");
      const template = templateOf(name);
      const made: Deployed = await deploy(client, name, without(template, refused), {
        ...STACKS[name],
        ...(name.startsWith("moat-hub") ? { CanaryVpcId } : {}),
      });
      expect(made.failures).toEqual([]);
      expect(made.status).toBe("CREATE_COMPLETE");
      const missing = Object.entries(without(template, refused).Resources).filter(
        ([id]) => !made.ids.has(id),
      );
      const types = new Set(missing.map(([, { Type }]) => Type));
      expect([...types].filter((type) => !ignored.includes(type))).toEqual([]);
      if (name.startsWith("moat-hub")) expect([...types].sort()).toEqual(ignored.toSorted());
    });

    it("a bucket and a key that are there already are used, and no canary is made unasked", async () => {
      await remove("moat-hub-enforce");
      const made = await deploy(client, "moat-hub", without(templateOf("moat-hub"), refused), {
        ...STACKS["moat-hub"],
        ExistingLogBucket: "moat-code",
        KmsKeyArn: `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`,
      });
      expect(made.failures).toEqual([]);
      expect(made.status).toBe("CREATE_COMPLETE");
      const names = [...made.ids.keys()].map((name) => name.slice(0, -8));
      for (const name of ["State", "Sweep", "Undelivered"]) expect(names).toContain(name);
      for (const name of ["Logs", "LogsPolicy", "Canary", "HeartbeatHeartbeat"])
        expect(names).not.toContain(name);
    });

    it("what is left of a deleted hub is what the guide says: two buckets", async () => {
      await remove("moat-hub");
      await remove("moat-map");
      const names = async () =>
        ((await s3.send(new ListBucketsCommand({}))).Buckets ?? [])
          .map(({ Name = "" }) => Name)
          .filter((name) => name !== "moat-code");
      const before = await names();
      await deploy(client, "moat-hub", without(templateOf("moat-hub"), refused), {
        ...STACKS["moat-hub"],
        CanaryVpcId,
      });
      expect(await owned()).not.toEqual([]);
      await remove("moat-hub");
      expect(await owned()).toEqual([]);
      const kept = (await names()).filter((name) => !before.includes(name));
      expect(kept.map((name) => /-(logs|state)/.exec(name)?.[1]).sort()).toEqual(["logs", "state"]);
    });

    it.each(refused)("%s is still a gap", async (gap) => {
      const others = refused.filter((other) => other !== gap);
      await expect(
        deploy(client, "moat-again", without(templateOf("moat-hub-enforce"), others), {
          CodeBucket: "moat-code",
          ExternalId: "a-long-random-text",
          CanaryVpcId,
        }),
      ).rejects.toThrow();
    });
  });
