import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sandboxClients } from "../../../test/support/sandbox-clients.ts";
import { seedInstance } from "../../sandbox/aws/model/rds/seed-instance.ts";
import { seedProxy } from "../../sandbox/aws/model/rds/seed-proxy.ts";
import { rdsOf } from "../../sandbox/aws/model/rds/state.ts";
import { awsInventorySource } from "../aws/aws-inventory-source.ts";
import { parseInventory } from "../aws/parse/parse-inventory.ts";
import { awsFolder } from "./aws-folder.ts";
import { FOLDER_FILES } from "./aws-folder-layout.ts";
import { writeAwsFolder } from "./aws-folder-writer.ts";

it("writes live answers from which awsFolder reads the same inventory", async () => {
  const { sandbox, clients } = sandboxClients();
  const { seed } = sandbox;
  const { vpcId } = seed.vpc();
  const subnets = ["10.0.0.0/24", "10.0.1.0/24"].map(
    (cidrBlock) => seed.subnet({ vpcId, cidrBlock }).subnetId,
  );
  const tags = { "moat:mode": "enforce" };
  const rds = rdsOf(sandbox.region());
  seedInstance(rds, { identifier: "orders", engine: "mysql", subnets, tags });
  seedProxy(rds, { name: "front", engineFamily: "POSTGRESQL", subnetIds: subnets, tags });
  const answers = await awsInventorySource(clients).readAnswers();

  const folder = await mkdtemp(join(tmpdir(), "moat-snapshot-"));
  await writeAwsFolder(folder, answers);
  await writeAwsFolder(folder, answers);
  expect((await readdir(folder)).toSorted()).toEqual(FOLDER_FILES.toSorted());
  const inventory = await awsFolder(folder).read();
  expect(inventory).toEqual(parseInventory(answers));
  expect(inventory.databases.map((d) => [d.id, d.tags])).toEqual([
    ["front", tags],
    ["orders", tags],
  ]);
  await rm(folder, { recursive: true });
});
