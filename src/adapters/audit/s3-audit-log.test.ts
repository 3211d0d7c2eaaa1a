import { beforeEach, describe, expect, it } from "vitest";
import { sandboxClients } from "../../../test/support/sandbox-clients.ts";
import { verifyAudit } from "../../core/audit/verify-audit.ts";
import type { AuditEntry } from "../../ports/audit-log.ts";
import type { AwsClients } from "../aws/aws-clients.ts";
import { readS3Audit } from "./read-s3-audit.ts";
import { s3AuditLog } from "./s3-audit-log.ts";
import { sha256 } from "./sha256.ts";

const PLACE = { bucket: "moat-audit", prefix: "audit" };
const entry = (why: string, at = "2026-11-24T08:00:00.000Z"): AuditEntry => ({
  at,
  database: "arn:aws:rds:eu-west-1:1:db:orders",
  action: "tag",
  step: { action: "tag", group: "sg-m", why },
  why,
  basis: "0123",
});

describe("s3AuditLog", () => {
  let world: ReturnType<typeof sandboxClients>;
  let clients: AwsClients;
  beforeEach(() => {
    world = sandboxClients();
    ({ clients } = world);
    const { defaultAccountId: accountId } = world.sandbox.world;
    world.sandbox.s3.createBucket({ name: PLACE.bucket, accountId, region: "eu-west-1" });
  });
  const keys = async (): Promise<readonly string[]> => {
    const { sdk, client } = await clients.s3();
    const { Contents = [] } = await client.send(new sdk.ListObjectsV2Command({ Bucket: PLACE.bucket }));
    return Contents.map(({ Key = "" }) => Key);
  };

  it("makes an object of each record, linked to the one before, in a folder of the day it began", async () => {
    const log = s3AuditLog(clients, PLACE, () => "cafe");
    await Promise.all(Array.from({ length: 12 }, (_, i) => log.record(entry(`write ${i}`))));
    await log.record(entry("after midnight", "2026-11-25T00:00:01.000Z"));
    expect((await keys()).at(0)).toBe("audit/2026/11/24/080000Z-cafe/000001.json");
    const chains = await readS3Audit(clients, PLACE);
    expect(chains.map(({ name, lines }) => [name, lines.length])).toEqual([["2026/11/24/080000Z-cafe", 13]]);
    expect(chains[0]?.lines.map(({ record }) => record?.why).at(-1)).toBe("after midnight");
    expect(verifyAudit(chains, sha256).violations).toEqual([]);
  });

  it("keeps the records of two apart, and finds one that is gone or was changed", async () => {
    const [one, two] = [s3AuditLog(clients, PLACE, () => "1"), s3AuditLog(clients, PLACE, () => "2")];
    for (const why of ["a", "b", "c"]) await Promise.all([one.record(entry(why)), two.record(entry(why))]);
    const { sdk, client } = await clients.s3();
    const Bucket = PLACE.bucket;
    await client.send(new sdk.DeleteObjectCommand({ Bucket, Key: "audit/2026/11/24/080000Z-1/000002.json" }));
    await client.send(
      new sdk.PutObjectCommand({
        Bucket,
        Key: "audit/2026/11/24/080000Z-2/000001.json",
        Body: JSON.stringify(entry("another reason")),
      }),
    );
    const { violations } = verifyAudit(await readS3Audit(clients, PLACE), sha256);
    expect(violations.map(({ chain, line, rule }) => [chain, line, rule])).toEqual([
      ["2026/11/24/080000Z-1", 2, "chain"],
      ["2026/11/24/080000Z-2", 2, "chain"],
    ]);
  });

  it("leaves out logs from before a day, and objects that are no records", async () => {
    await s3AuditLog(clients, PLACE, () => "1").record(entry("old", "2026-10-31T23:59:59.000Z"));
    await s3AuditLog(clients, PLACE, () => "2").record(entry("new"));
    const { sdk, client } = await clients.s3();
    await client.send(
      new sdk.PutObjectCommand({ Bucket: PLACE.bucket, Key: "audit/readme.txt", Body: "hello" }),
    );
    expect((await readS3Audit(clients, PLACE, "2026-11-01")).map(({ name }) => name)).toEqual([
      "2026/11/24/080000Z-2",
    ]);
    expect(await readS3Audit(clients, PLACE)).toHaveLength(2);
  });

  it("counts a record whose answer was lost once", async () => {
    const log = s3AuditLog(clients, PLACE, () => "1");
    await log.record(entry("a"));
    world.sandbox.faults.add({
      match: { operation: "PutObject" },
      when: "after",
      error: "connectionReset",
      times: 1,
    });
    await log.record(entry("b"));
    await log.record(entry("c"));
    const chains = await readS3Audit(clients, PLACE);
    expect(chains[0]?.lines.map(({ record }) => record?.why)).toEqual(["a", "b", "c"]);
    expect(verifyAudit(chains, sha256).violations).toEqual([]);
  });

  it("refuses the write when the bucket does not take the record", async () => {
    const nowhere = s3AuditLog(clients, { bucket: "no-such-bucket", prefix: "" });
    await expect(nowhere.record(entry("lost"))).rejects.toThrow();
    await expect(readS3Audit(clients, { bucket: "no-such-bucket", prefix: "" })).rejects.toThrow();
  });
});
