import { afterAll, beforeAll, expect, it } from "vitest";
import { awsClients } from "../../src/adapters/aws/aws-clients.ts";
import { callMeter } from "../../src/adapters/aws/call-meter.ts";
import { parseEnvironment } from "../../src/entry/lambda/environment.ts";
import { systemClock } from "../../src/entry/lambda/system-clock.ts";
import { type Targets, targets } from "../../src/entry/lambda/targets.ts";
import { describeWith } from "../support/describe-with.ts";
import { findPython } from "../support/python.ts";
import { type Moto, startMoto } from "./moto.ts";

const python = {
  name: "moto in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};
const ACCOUNTS = ["111111111111", "222222222222", "333333333333", "444444444444", "555555555555"];
const REGIONS = ["eu-west-1", "us-east-1"];

describeWith(python, "accounts and regions", (found) => {
  let moto: Moto;
  let all: Targets;
  beforeAll(async () => {
    moto = await startMoto(found, false);
    const env = {
      AWS_REGION: "eu-west-1",
      AWS_ENDPOINT_URL: moto.url,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      MOAT_POLICY: "s3://policy/policy.yaml",
      MOAT_ACCOUNTS: ACCOUNTS.join(" "),
      MOAT_REGIONS: REGIONS.join(" "),
      MOAT_EXTERNAL_ID: "a-long-random-text",
    };
    const meter = callMeter({ percent: 20, clock: systemClock });
    all = targets(parseEnvironment(env), env, awsClients({ env }), meter);
  });
  afterAll(() => moto.stop());

  it("are reached by the role of each account, five accounts in two regions", async () => {
    const names = await all.list();
    expect(names).toHaveLength(10);
    const opened = await Promise.all(names.map((name) => all.open(name)));
    expect(opened.map(({ self }) => self.split(":")[4])).toEqual(names.map(({ accountId }) => accountId));
    expect(new Set(opened.map(({ self }) => self.replace(/^.*assumed-role/, "")))).toEqual(
      new Set(["/moat-spoke/moat"]),
    );
  });

  it("keep what they have apart", async () => {
    const [first, second] = await Promise.all(
      ACCOUNTS.slice(0, 2).map((accountId) => all.open({ accountId, region: "eu-west-1" })),
    );
    const groups = await Promise.all(
      [first, second].map(async (target) => {
        const ec2 = await target?.clients.ec2();
        const answer = await ec2?.client.send(new ec2.sdk.DescribeSecurityGroupsCommand({}));
        return answer?.SecurityGroups?.map(({ OwnerId }) => OwnerId);
      }),
    );
    expect(groups).toEqual([[ACCOUNTS[0]], [ACCOUNTS[1]]]);
  });
});
