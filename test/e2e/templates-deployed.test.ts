import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
} from "@aws-sdk/client-cloudformation";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
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
  "moat-spoke-events": { HubBusArn: `arn:aws:events:${REGION}:${ACCOUNT}:event-bus/moat` },
};

/** The order of an installation: the leave to change goes onto a role that is there. */
const ORDER = [
  "moat-spoke-observe",
  "moat-spoke-enforce",
  "moat-spoke-events",
  "moat-hub",
  "moat-hub-enforce",
];

for (const emulator of ["ministack", "moto"] as const)
  describeWith(python, `the templates, on CloudFormation of ${emulator}`, (found) => {
    let server: Moto | Ministack;
    let client: CloudFormationClient;
    let CanaryVpcId = "";
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
      const s3 = new S3Client({ ...config, forcePathStyle: true });
      await s3.send(
        new CreateBucketCommand({
          Bucket: "moat-code",
          CreateBucketConfiguration: { LocationConstraint: REGION },
        }),
      );
      // An archive without files.
      for (const name of ["heartbeat", "ingest", "sweep", "reconcile"])
        await s3.send(
          new PutObjectCommand({
            Bucket: "moat-code",
            Key: `moat/${name}.zip`,
            Body: Buffer.concat([Buffer.from("PK\x05\x06"), Buffer.alloc(18)]),
          }),
        );
      s3.destroy();
    });
    afterAll(async () => {
      client?.destroy();
      await server?.stop();
    });

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

    it.each(refused)("%s is still a gap", async (gap) => {
      const others = refused.filter((other) => other !== gap);
      await remove("moat-hub-enforce");
      await expect(
        deploy(client, "moat-again", without(templateOf("moat-hub-enforce"), others), {
          CodeBucket: "moat-code",
          ExternalId: "a-long-random-text",
          CanaryVpcId,
        }),
      ).rejects.toThrow();
    });
  });
