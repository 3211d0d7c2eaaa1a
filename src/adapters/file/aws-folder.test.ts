import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AwsFault } from "../../ports/aws-fault.ts";
import { awsFolder, readAwsFolder } from "./aws-folder.ts";
import { writeAwsFolder } from "./aws-folder-writer.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "moat-snapshot-"));
});
afterEach(() => rm(folder, { recursive: true }));

const save = (file: string, content: unknown): Promise<void> =>
  writeFile(join(folder, file), typeof content === "string" ? content : JSON.stringify(content));

const orders = {
  DBInstanceIdentifier: "orders",
  DBInstanceArn: "arn:aws:rds:eu-west-1:111122223333:db:orders",
  DbiResourceId: "db-AAAA",
  Engine: "mysql",
  DBInstanceStatus: "available",
  Endpoint: { Address: "Orders.abc.eu-west-1.rds.amazonaws.com", Port: 3307 },
  VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-1", Status: "active" }],
  DBSubnetGroup: { VpcId: "vpc-1", Subnets: [{ SubnetIdentifier: "subnet-1" }] },
};
const proxyArn = "arn:aws:rds:eu-west-1:111122223333:db-proxy:prx-1";

describe("awsFolder", () => {
  it("takes a missing file as an empty answer", async () => {
    await save("describe-db-instances.json", { DBInstances: [orders] });
    const inventory = await awsFolder(folder).read();
    expect(inventory).toMatchObject({
      accountId: "111122223333",
      region: "eu-west-1",
      securityGroups: [],
      quotas: { rulesPerSecurityGroup: 60, source: "default" },
      findings: [],
    });
    expect(inventory.databases.map((d) => [d.id, d.port, d.vpcId])).toEqual([["orders", 3307, "vpc-1"]]);
  });

  it("reads tags of proxies, entries of prefix lists and quotas from their own files", async () => {
    await save("describe-db-proxies.json", {
      DBProxies: [
        { DBProxyName: "front", DBProxyArn: proxyArn, EngineFamily: "POSTGRESQL", Status: "available" },
      ],
    });
    await save("list-tags-for-resource.json", {
      [proxyArn]: { TagList: [{ Key: "moat:mode", Value: "enforce" }] },
    });
    await save("describe-managed-prefix-lists.json", {
      PrefixLists: [{ PrefixListId: "pl-1", AddressFamily: "IPv4", MaxEntries: 9 }],
    });
    await save("get-managed-prefix-list-entries.json", { "pl-1": { Entries: [{ Cidr: "10.1.2.3/16" }] } });
    await save("get-service-quota.json", {
      "L-0EA8095F": { Quota: { QuotaCode: "L-0EA8095F", Value: 100.0 } },
      "L-2AFB9258": { Quota: { QuotaCode: "L-2AFB9258", Value: 8.0 } },
    });
    const inventory = await awsFolder(folder).read();
    expect(inventory.databases[0]).toMatchObject({
      id: "front",
      port: 5432,
      tags: { "moat:mode": "enforce" },
    });
    expect(inventory.prefixLists[0]).toMatchObject({ maxEntries: 9, entries: ["10.1.0.0/16"] });
    expect(inventory.quotas).toEqual({
      rulesPerSecurityGroup: 100,
      securityGroupsPerInterface: 8,
      source: "service-quotas",
    });
  });

  it.each([
    {
      text: '{"DBInstances": [}',
      code: "SnapshotSyntax",
      says: "describe-db-instances.json:1:18: is not valid JSON",
    },
    {
      text: '{\n "DBInstances": [',
      code: "SnapshotSyntax",
      says: "describe-db-instances.json:2:18: is not valid JSON",
    },
    { text: "[]", code: "SnapshotShape", says: "holds a list at the top" },
    {
      text: '{"DBClusters": []}',
      code: "SnapshotShape",
      says: 'has the key "DBClusters", expected "DBInstances"',
    },
    { text: '{"DBInstances": 1}', code: "SnapshotShape", says: '"DBInstances" is not a list' },
    { text: '{"DBInstances": [], "NextToken": "x"}', code: "SnapshotPartial", says: "one page of several" },
  ])("refuses $text", async ({ text, code, says }) => {
    await save("describe-db-instances.json", text);
    const fault = await awsFolder(folder)
      .read()
      .catch((e: AwsFault) => e);
    expect(fault).toMatchObject({ name: "AwsFault", code });
    expect((fault as AwsFault).message).toContain(says);
  });

  it.each([
    { key: "dbInstances", fix: 'Write "DBInstances" instead of "dbInstances"' },
    {
      key: "DBClusters",
      fix: 'This is the answer of "aws rds describe-db-clusters": name it describe-db-clusters.json',
    },
    { key: "other", fix: 'Save "aws rds describe-db-instances" as it is printed' },
  ])("suggests what to do about the key $key", async ({ key, fix }) => {
    await save("describe-db-instances.json", { [key]: [] });
    await expect(awsFolder(folder).read()).rejects.toMatchObject({ fix });
  });

  it("refuses a folder that does not exist, a file, and a folder of something else", async () => {
    await expect(awsFolder(join(folder, "nope")).read()).rejects.toMatchObject({ code: "SnapshotMissing" });
    await save("labels.json", []);
    await expect(awsFolder(join(folder, "labels.json")).read()).rejects.toThrow("is not a folder");
    await expect(awsFolder(folder).read()).rejects.toThrow("holds none of the files of a snapshot");
  });

  it("reads what PowerShell's redirection writes", async () => {
    const json = JSON.stringify({ DBInstances: [orders] });
    await writeFile(join(folder, "describe-db-instances.json"), Buffer.from(`\uFEFF${json}`, "utf16le"));
    expect((await awsFolder(folder).read()).databases).toHaveLength(1);
  });

  it("reads back what writeAwsFolder wrote", async () => {
    await save("describe-db-instances.json", { DBInstances: [orders] });
    await save("list-tags-for-resource.json", { [proxyArn]: { TagList: [] } });
    await save("get-service-quota.json", { Quota: { QuotaCode: "L-0EA8095F", Value: 70 } });
    const answers = await readAwsFolder(folder);
    const copy = join(folder, "copy");
    expect(await writeAwsFolder(copy, answers)).toHaveLength(14);
    expect(await readAwsFolder(copy)).toEqual(answers);
  });
});
