import { Logger } from "@aws-lambda-powertools/logger";
import type { Context } from "aws-lambda";
import { describe, expect, it, vi } from "vitest";
import { awsClients } from "../../adapters/aws/aws-clients.ts";
import { AwsFault } from "../../ports/aws-fault.ts";
import { parseEnvironment } from "./environment.ts";
import { portsOf } from "./places.ts";
import type { Target, TargetName } from "./targets.ts";

const HOME = { accountId: "111122223333", region: "eu-west-1" };
const SPOKE = { accountId: "444455556666", region: "eu-west-1" };
const BASE = { AWS_REGION: "eu-west-1", MOAT_POLICY: "s3://moat/policy.yaml" };

/** Where a flow log's databases are looked for, by the name of the inventory, and what the log said. */
async function place(name: TargetName | undefined, env: NodeJS.ProcessEnv = {}, fault?: AwsFault) {
  const logger = new Logger({ serviceName: "test" });
  const warnings: unknown[] = [];
  vi.spyOn(logger, "warn").mockImplementation((...line) => void warnings.push(line[0]));
  const never = () => Promise.reject(new Error("Nothing is to be asked"));
  const opened: TargetName[] = [];
  const home = {
    inventory: { name: "home", read: never },
    apply: { audit: "the one audit" },
  } as unknown as Parameters<typeof portsOf>[0];
  const found = await portsOf(home, name, {
    settings: parseEnvironment({ ...BASE, ...env }),
    context: { invokedFunctionArn: "arn:aws:lambda:eu-west-1:111122223333:function:moat-ingest" } as Context,
    targets: {
      list: never,
      open: async (target): Promise<Target> => {
        opened.push(target);
        if (fault !== undefined) throw fault;
        return { ...target, self: "role", clients: awsClients({ env: BASE, region: target.region }) };
      },
    },
    logger,
    keep: (_, source) => source,
  });
  return { inventory: found.inventory.name, audit: found.apply.audit, opened, warnings };
}

const fault = (kind: AwsFault["kind"]): AwsFault =>
  new AwsFault(kind, "Code", "sts:AssumeRole", "no", "look");
const there = {
  inventory: "live 444455556666 eu-west-1",
  audit: "the one audit",
  opened: [SPOKE],
  warnings: [],
};
const here = { inventory: "home", audit: "the one audit", opened: [], warnings: [] };
const NOT_OURS = "flow logs of an account or region that is not looked after";

describe("the databases of a flow log", () => {
  it.each([
    { what: "it was written here", name: HOME, env: {}, found: here },
    {
      what: "nothing says where it was written",
      name: undefined,
      env: { MOAT_ACCOUNTS: "organization" },
      found: here,
    },
    {
      what: "its account is in the list",
      name: SPOKE,
      env: { MOAT_ACCOUNTS: "111122223333 444455556666" },
      found: there,
    },
    {
      what: "its account is in the organization",
      name: SPOKE,
      env: { MOAT_ACCOUNTS: "organization" },
      found: there,
    },
    { what: "there is no list", name: SPOKE, env: {}, found: { ...here, warnings: [NOT_OURS] } },
    {
      what: "its account is not in the list",
      name: SPOKE,
      env: { MOAT_ACCOUNTS: "111122223333" },
      found: { ...here, warnings: [NOT_OURS] },
    },
    {
      what: "its region is not looked after",
      name: { ...SPOKE, region: "us-east-1" },
      env: { MOAT_ACCOUNTS: "organization", MOAT_REGIONS: "eu-west-1 eu-central-1" },
      found: { ...here, warnings: [NOT_OURS] },
    },
  ])("are looked for where they are: $what", async ({ name, env, found }) => {
    expect(await place(name, env)).toEqual(found);
  });

  it("are not found where the account refuses, which is said; any other fault is thrown", async () => {
    const env = { MOAT_ACCOUNTS: "organization" };
    expect(await place(SPOKE, env, fault("denied"))).toEqual({
      ...here,
      opened: [SPOKE],
      warnings: ["flow logs of an account that refuses its role"],
    });
    await expect(place(SPOKE, env, fault("throttled"))).rejects.toThrow(AwsFault);
  });
});
