import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { DEFAULT_ACCOUNT_ID } from "../../model/region-state.ts";
import { s3Notifier } from "../../model/s3/notify.ts";
import { s3Store } from "../../model/s3/store.ts";
import { sqsState } from "../../model/sqs/sqs-region.ts";
import { createSandboxAws } from "../../sandbox-aws.ts";
import { clientConfig } from "../../testing/rds-world.ts";

function s3World(options: { region?: string; forcePathStyle?: boolean } = {}) {
  const sandbox = createSandboxAws({ region: "us-east-1" });
  const { world } = sandbox;
  const store = world.part(s3Store);
  store.createBucket({ name: "logs", accountId: DEFAULT_ACCOUNT_ID, region: "us-east-1" });
  const client = new S3Client({
    ...clientConfig(sandbox, options.region),
    forcePathStyle: options.forcePathStyle ?? false,
  });
  return { world, store, client };
}

async function failure(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "ok";
  } catch (error) {
    const { name, $metadata } = error as { name: string; $metadata: { httpStatusCode: number } };
    return `${name} ${$metadata.httpStatusCode}`;
  }
}

describe("objects", () => {
  it.each([
    { style: "virtual-host", forcePathStyle: false },
    { style: "path", forcePathStyle: true },
  ])("go in and come out in $style style", async ({ forcePathStyle }) => {
    const { client } = s3World({ forcePathStyle });
    const Key = "AWSLogs/1/a file+with %signs/ä.log.gz";
    const Body = gzipSync("one\ntwo\n");
    const put = await client.send(
      new PutObjectCommand({ Bucket: "logs", Key, Body, ContentType: "text/plain" }),
    );
    const got = await client.send(new GetObjectCommand({ Bucket: "logs", Key }));
    expect(got.ETag).toBe(put.ETag);
    expect(got.ContentType).toBe("text/plain");
    expect(gunzipSync((await got.Body?.transformToByteArray()) ?? "").toString()).toBe("one\ntwo\n");
  });

  it("come out whole when they were sent as a stream in chunks with a trailing checksum", async () => {
    const { client, store } = s3World();
    const bytes = Buffer.alloc(200_000, "0123456789");
    const Body = Readable.from([bytes.subarray(0, 70_000), bytes.subarray(70_000)]);
    const ContentLength = bytes.length;
    await client.send(
      new PutObjectCommand({ Bucket: "logs", Key: "big", Body, ContentLength, ContentEncoding: "gzip" }),
    );
    expect(Buffer.from(store.getObject("logs", "big").body).equals(bytes)).toBe(true);
    expect(store.getObject("logs", "big").attributes.contentEncoding).toBe("gzip");
    expect(Object.keys(store.getObject("logs", "big").attributes.checksums ?? {})).toEqual([
      "x-amz-checksum-crc32",
    ]);
  });

  it.each([
    { Range: "bytes=2-4", text: "234", contentRange: "bytes 2-4/10" },
    { Range: "bytes=7-", text: "789", contentRange: "bytes 7-9/10" },
    { Range: "bytes=-2", text: "89", contentRange: "bytes 8-9/10" },
  ])("give a part for $Range", async ({ Range, text, contentRange }) => {
    const { client, store } = s3World();
    store.putObject("logs", "digits", "0123456789");
    const got = await client.send(new GetObjectCommand({ Bucket: "logs", Key: "digits", Range }));
    expect({ text: await got.Body?.transformToString(), range: got.ContentRange }).toEqual({
      text,
      range: contentRange,
    });
  });

  it("keep their versions in a bucket that has versioning", async () => {
    const { client, store } = s3World();
    store.bucket("logs").versioning = true;
    const first = await client.send(new PutObjectCommand({ Bucket: "logs", Key: "k", Body: "one" }));
    await client.send(new PutObjectCommand({ Bucket: "logs", Key: "k", Body: "two" }));
    const old = await client.send(
      new GetObjectCommand({ Bucket: "logs", Key: "k", VersionId: first.VersionId }),
    );
    expect(await old.Body?.transformToString()).toBe("one");
    await client.send(new DeleteObjectCommand({ Bucket: "logs", Key: "k" }));
    expect(await failure(client.send(new GetObjectCommand({ Bucket: "logs", Key: "k" })))).toBe(
      "NoSuchKey 404",
    );
  });

  it("fail as S3 fails", async () => {
    const { client, store } = s3World();
    store.putObject("logs", "k", "x");
    const Bucket = "logs";
    expect(await failure(client.send(new GetObjectCommand({ Bucket, Key: "gone" })))).toBe("NoSuchKey 404");
    expect(await failure(client.send(new GetObjectCommand({ Bucket: "nobody", Key: "k" })))).toBe(
      "NoSuchBucket 404",
    );
    expect(await failure(client.send(new HeadObjectCommand({ Bucket, Key: "gone" })))).toBe("NotFound 404");
    expect(await failure(client.send(new HeadBucketCommand({ Bucket: "nobody" })))).toBe("NotFound 404");
    expect(await failure(client.send(new GetObjectCommand({ Bucket, Key: "k", Range: "bytes=9-" })))).toBe(
      "InvalidRange 416",
    );
    expect(
      await failure(client.send(new PutObjectCommand({ Bucket, Key: "k", Body: "y", IfNoneMatch: "*" }))),
    ).toBe("PreconditionFailed 412");
    expect(
      await failure(
        client.send(new GetObjectCommand({ Bucket, Key: "k", ExpectedBucketOwner: "999999999999" })),
      ),
    ).toBe("AccessDenied 403");
    const other = s3World({ region: "eu-west-1" });
    expect(await failure(other.client.send(new ListObjectsV2Command({ Bucket })))).toBe(
      "PermanentRedirect 301",
    );
  });
});

describe("ListObjectsV2", () => {
  it("pages, and folds keys by the delimiter", async () => {
    const { client, store } = s3World();
    for (const key of ["a/1", "a/2", "b/1", "c", "d/1/x", "d/2/y"]) store.putObject("logs", key, key);
    const names = async (input: {
      Prefix?: string;
      Delimiter?: string;
      StartAfter?: string;
      MaxKeys?: number;
    }) => {
      const found: (string | undefined)[] = [];
      for await (const page of paginateListObjectsV2({ client }, { Bucket: "logs", ...input })) {
        found.push(
          ...(page.CommonPrefixes ?? []).map((prefix) => prefix.Prefix),
          ...(page.Contents ?? []).map((o) => o.Key),
        );
      }
      return found;
    };
    expect(await names({ MaxKeys: 2 })).toEqual(["a/1", "a/2", "b/1", "c", "d/1/x", "d/2/y"]);
    expect(await names({ Delimiter: "/" })).toEqual(["a/", "b/", "d/", "c"]);
    expect(await names({ Delimiter: "/", MaxKeys: 1 })).toEqual(["a/", "b/", "c", "d/"]);
    expect(await names({ Delimiter: "/", Prefix: "d/" })).toEqual(["d/1/", "d/2/"]);
    expect(await names({ StartAfter: "b/1" })).toEqual(["c", "d/1/x", "d/2/y"]);
    expect(await names({ Prefix: "zzz" })).toEqual([]);
    const [first] = (await client.send(new ListObjectsV2Command({ Bucket: "logs" }))).Contents ?? [];
    expect(first).toMatchObject({ Key: "a/1", Size: 3, StorageClass: "STANDARD" });
  });
});

describe("buckets", () => {
  it("are made in a region and listed", async () => {
    const { client, store } = s3World();
    const CreateBucketConfiguration = { LocationConstraint: "eu-west-1" } as const;
    await client.send(new CreateBucketCommand({ Bucket: "flow-logs-eu", CreateBucketConfiguration }));
    expect(store.bucket("flow-logs-eu").region).toBe("eu-west-1");
    const again = new CreateBucketCommand({ Bucket: "logs" });
    expect(await failure(client.send(again))).toBe("BucketAlreadyOwnedByYou 409");
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    expect(Buckets?.map((bucket) => bucket.Name)).toEqual(["flow-logs-eu", "logs"]);
  });

  it("tell a queue of new objects, after a test event", async () => {
    const { world, client, store } = s3World();
    const sqs = world.region(DEFAULT_ACCOUNT_ID, "us-east-1").part(sqsState);
    const queue = sqs.createQueue("arrivals");
    store.bucket("logs").versioning = true;
    const notification = {
      id: "all",
      queueArn: queue.arn,
      events: ["s3:ObjectCreated:*"],
      suffix: ".log.gz",
    };
    world.part(s3Notifier).configure("logs", [notification]);
    await client.send(new PutObjectCommand({ Bucket: "logs", Key: "AWSLogs/x y+z/ä.log.gz", Body: "1" }));
    await client.send(new PutObjectCommand({ Bucket: "logs", Key: "other.txt", Body: "1" }));
    const [test, created, ...more] = queue.messages.map((message) => JSON.parse(message.body));
    expect(test).toMatchObject({ Event: "s3:TestEvent", Bucket: "logs" });
    expect(created.Records).toHaveLength(1);
    expect(created.Records[0]).toMatchObject({
      eventSource: "aws:s3",
      eventName: "ObjectCreated:Put",
      awsRegion: "us-east-1",
      s3: {
        bucket: { name: "logs", arn: "arn:aws:s3:::logs" },
        object: { key: "AWSLogs/x+y%2Bz/%C3%A4.log.gz", size: 1 },
      },
    });
    expect(created.Records[0].s3.object.versionId).toMatch(/^\w{32}$/);
    expect(created.Records[0].s3.object.sequencer).toMatch(/^[0-9A-F]{18}$/);
    expect(more).toEqual([]);
  });
});
