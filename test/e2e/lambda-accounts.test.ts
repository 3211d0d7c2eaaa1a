import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Moto, startMoto } from "../contract/moto.ts";
import { describeWith } from "../support/describe-with.ts";
import { findPython } from "../support/python.ts";
import { useBundle } from "./lambda-bundle.ts";
import { type Invocation, type LambdaProcess, startLambda } from "./lambda-process.ts";

const python = {
  name: "moto in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};
const HUB = "111111111111";
const [REFUSING, THROTTLED] = ["333333333333", "444444444444"];
const ACCOUNTS = [HUB, "222222222222", REFUSING, THROTTLED, "555555555555"];
const REGIONS = ["eu-west-1", "us-east-1"];
/** Calls of EC2 and RDS in each region of the throttled account that AWS turns away before it takes the first. */
const TURNED_AWAY = 3;
const bundle = useBundle();

/** Stands before moto and does what moto cannot: one account refuses the role, one turns calls away for their rate. */
interface Gate {
  readonly url: string;
  readonly turnedAway: ReadonlyMap<string, number>;
  readonly refused: () => number;
  close(): void;
}

async function startGate(moto: string): Promise<Gate> {
  const keys = new Set<string>();
  const turnedAway = new Map<string, number>();
  let refused = 0;
  const verdict = (body: string, authorization: string): string | undefined => {
    if (body.includes("Action=AssumeRole") && body.includes(`${REFUSING}%3Arole`)) {
      refused += 1;
      return errorOf("AccessDenied", "Not authorized to perform sts:AssumeRole");
    }
    const [, key = "", region = "", service = ""] =
      /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(authorization) ?? [];
    const before = turnedAway.get(region) ?? 0;
    if (!keys.has(key) || !["ec2", "rds"].includes(service) || before >= TURNED_AWAY) return undefined;
    turnedAway.set(region, before + 1);
    return service === "ec2"
      ? `<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>Request limit exceeded.</Message></Error></Errors><RequestID>1</RequestID></Response>`
      : errorOf("Throttling", "Rate exceeded");
  };
  const server: Server = createServer((incoming, outgoing) => {
    void (async () => {
      const body = await bytesOf(incoming);
      const text = body.toString("latin1");
      const no = verdict(text, String(incoming.headers.authorization));
      if (no !== undefined) {
        outgoing.writeHead(no.includes("AccessDenied") ? 403 : 503, { "content-type": "text/xml" }).end(no);
        return;
      }
      const { host, connection, "content-length": length, expect: _, ...headers } = incoming.headers;
      void host;
      void connection;
      void length;
      const sends = !["GET", "HEAD"].includes(incoming.method ?? "GET");
      const answer = await fetch(`${moto}${incoming.url}`, {
        method: incoming.method ?? "GET",
        headers: headers as Record<string, string>,
        ...(sends ? { body: new Uint8Array(body) } : {}),
      });
      const content = Buffer.from(await answer.arrayBuffer());
      if (text.includes(`${THROTTLED}%3Arole`))
        for (const [, key = ""] of content.toString().matchAll(/<AccessKeyId>([^<]+)/g)) keys.add(key);
      const out = Object.fromEntries(
        [...answer.headers].filter(
          ([name]) => !/^(?:connection|content-(?:length|encoding)|transfer-encoding)$/.test(name),
        ),
      );
      outgoing.writeHead(answer.status, { ...out, "content-length": content.length }).end(content);
    })().catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    turnedAway,
    refused: () => refused,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const errorOf = (code: string, message: string): string =>
  `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`;

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describeWith(python, "a sweep of five accounts in two regions on moto", (found) => {
  let moto: Moto;
  let gate: Gate;
  let sweep: LambdaProcess;
  let said: Invocation;

  beforeAll(async () => {
    moto = await startMoto(found, false);
    gate = await startGate(moto.url);
    const config = {
      endpoint: moto.url,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    };
    const s3 = new S3Client({ ...config, forcePathStyle: true });
    await s3.send(
      new CreateBucketCommand({
        Bucket: "moat",
        CreateBucketConfiguration: { LocationConstraint: "eu-west-1" },
      }),
    );
    await s3.send(new PutObjectCommand({ Bucket: "moat", Key: "policy.yaml", Body: "version: 1\n" }));
    s3.destroy();
    const sqs = new SQSClient(config);
    const { QueueUrl } = await sqs.send(
      new CreateQueueCommand({ QueueName: "moat.fifo", Attributes: { FifoQueue: "true" } }),
    );
    sqs.destroy();
    sweep = await startLambda(bundle("sweep"), {
      PATH: process.env.PATH,
      AWS_REGION: "eu-west-1",
      AWS_ENDPOINT_URL: gate.url,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_EC2_METADATA_DISABLED: "true",
      MOAT_POLICY: "s3://moat/policy.yaml",
      MOAT_STATE: "s3://moat/state",
      MOAT_QUEUE_URL: QueueUrl,
      MOAT_ACCOUNTS: ACCOUNTS.join(" "),
      MOAT_REGIONS: REGIONS.join(" "),
      MOAT_EXTERNAL_ID: "a-long-random-text",
    });
    said = await sweep.invoke({ source: "moat.schedule" });
  });
  afterAll(async () => {
    await sweep?.stop();
    gate?.close();
    await moto?.stop();
  });

  const lines = (message: string) => said.lines.filter((line) => line.message === message);

  it("looks at the eight regions of the four accounts that let it in", () => {
    expect(said.error).toBeUndefined();
    expect(lines("swept")).toHaveLength(8);
  });

  it("names both regions of the account that refuses, with what to do", () => {
    expect(gate.refused()).toBeGreaterThan(0);
    expect(lines("target failed")).toHaveLength(2);
    for (const line of lines("target failed"))
      expect(line).toMatchObject({
        problem: { code: expect.any(String), fix: expect.stringMatching(/role|sts/i) },
      });
  });

  it("waits for the account that turns calls away, and gets there", () => {
    expect(gate.turnedAway).toEqual(new Map(REGIONS.map((region) => [region, TURNED_AWAY])));
  });
});
