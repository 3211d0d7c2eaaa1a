import { Readable } from "node:stream";
import { DescribeDBInstancesCommand, RDSClient } from "@aws-sdk/client-rds";
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  CreateQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { seedInstance } from "../model/rds/seed-instance.ts";
import { type RunningSandbox, startSandboxAws } from "../server.ts";
import { s3Address } from "./s3/address.ts";

let running: RunningSandbox;
beforeAll(async () => {
  running = await startSandboxAws({ region: "eu-west-1" });
  running.sandbox.s3.createBucket({ name: "logs", accountId: "111122223333", region: "eu-west-1" });
});
afterAll(() => running.close());

const config = () => ({
  endpoint: running.url,
  region: "eu-west-1",
  credentials: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "secret" },
  maxAttempts: 1,
});

it("stores and reads objects through an address, so in path style", async () => {
  const client = new S3Client(config());
  const bytes = Buffer.alloc(100_000, "x");
  const Body = Readable.from([bytes.subarray(0, 50_000), bytes.subarray(50_000)]);
  await client.send(
    new PutObjectCommand({ Bucket: "logs", Key: "a b/c.gz", Body, ContentLength: bytes.length }),
  );
  const head = await client.send(new HeadObjectCommand({ Bucket: "logs", Key: "a b/c.gz" }));
  expect(head.ContentLength).toBe(bytes.length);
  const got = await client.send(new GetObjectCommand({ Bucket: "logs", Key: "a b/c.gz" }));
  expect((await got.Body?.transformToByteArray())?.length).toBe(bytes.length);
});

it.each([
  { host: "127.0.0.1:4566", path: "/logs/a%20b/c", bucket: "logs", key: "a b/c" },
  { host: "127.0.0.1:4566", path: "/logs", bucket: "logs", key: undefined },
  { host: "127.0.0.1:4566", path: "/", bucket: undefined, key: undefined },
  { host: "logs.localhost:4566", path: "/c", bucket: "logs", key: "c" },
  { host: "my.logs.s3.eu-west-1.amazonaws.com", path: "/a/b%2Bc", bucket: "my.logs", key: "a/b+c" },
  { host: "s3.eu-west-1.amazonaws.com", path: "/logs/c", bucket: "logs", key: "c" },
])("reads bucket $bucket and key $key from $host$path", ({ host, path, bucket, key }) => {
  const request = {
    method: "GET",
    path,
    query: new URLSearchParams(),
    headers: { host },
    body: new Uint8Array(),
  };
  expect(s3Address(request)).toEqual({ bucket, key });
});

it("gives queues URLs that clients reach", async () => {
  const client = new SQSClient(config());
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: "jobs" }));
  expect(QueueUrl).toBe(`${running.url}/111122223333/jobs`);
  await client.send(new SendMessageCommand({ QueueUrl, MessageBody: "hello" }));
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
  expect(Messages?.map((message) => message.Body)).toEqual(["hello"]);
});

it("describes databases", async () => {
  const { sandbox } = running;
  const { vpcId } = sandbox.seed.vpc();
  const { subnetId } = sandbox.seed.subnet({ vpcId, cidrBlock: "10.0.0.0/24" });
  seedInstance(sandbox.rds(), { identifier: "orders", engine: "postgres", subnets: [subnetId] });
  const { DBInstances } = await new RDSClient(config()).send(new DescribeDBInstancesCommand({}));
  expect(DBInstances?.map((instance) => instance.DBInstanceIdentifier)).toEqual(["orders"]);
});
