import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { run } from "../../scripts/run.ts";
import { createPcePolicySource } from "../../src/adapters/pce/pce-policy-source.ts";
import { type OpenSandbox, openSandbox } from "../../src/entry/cli/wire/sandbox.ts";
import { type RunningSandbox, startSandboxAws } from "../../src/sandbox/aws/server.ts";
import { type Installation, install } from "../scenario/lab.ts";
import { findAwsCli } from "../support/aws-cli.ts";
import { describeWith } from "../support/describe-with.ts";
import { sampleAwsEnvironment } from "./sample-aws.ts";

const PAGE = join(import.meta.dirname, "..", "..", "docs", "safety.md");
const cli = {
  name: "version 2 of the AWS CLI",
  found: findAwsCli(),
  fix: "npm test installs it on Debian as root; elsewhere install awscli yourself",
};

/** The commands that the page tells people to type, for another database. */
function commandsFor(arn: string): string {
  const [, block = ""] = /^### By hand$.*?^```sh\n(.*?)^```/ms.exec(readFileSync(PAGE, "utf8")) ?? [];
  return block.replace(/^ARN=.*$/m, `ARN=${arn}`);
}

describeWith(cli, "the way back by hand, as docs/safety.md has it", (found) => {
  let sandbox: OpenSandbox;
  let moat: Installation;
  let running: RunningSandbox;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "moat-by-hand-"));
    sandbox = openSandbox();
    moat = install(sandbox.clients, createPcePolicySource(sandbox.pce), sandbox.clock);
    running = await startSandboxAws({ sandbox: sandbox.sample.aws.sandbox });
    // The endpoint is given on the command line: versions before 2.13 do not read it from the environment.
    const shim = join(folder, "aws");
    writeFileSync(shim, `#!/bin/sh\nexec ${found} "$@" --endpoint-url ${running.url} --no-cli-pager\n`);
    chmodSync(shim, 0o755);
  });

  afterEach(async () => {
    await running.close();
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Group ids in force on the interface of a database. */
  const inForce = (database: string): readonly string[] => {
    const { aws } = sandbox.sample;
    return aws.sandbox.ec2().interfaces.get(aws.interfaces.get(database) ?? "")?.groupIds ?? [];
  };

  const byHand = async (arn: string) => {
    const env = sampleAwsEnvironment(running.url, folder);
    const commands = commandsFor(arn);
    expect(commands.match(/\baws (?:rds|ec2) /g)).toHaveLength(3);
    const done = await run("bash", ["-euo", "pipefail", "-c", commands], {
      env: { ...env, PATH: `${folder}${delimiter}${env.PATH}` },
    });
    expect(done.code, done.output).toBe(0);
    // It takes RDS some minutes until the interfaces follow.
    sandbox.sample.clock.advance(10 * 60_000);
  };

  it("gives the original groups back, and Moat stays away", async () => {
    const before = inForce("ledger");
    await moat.run();
    expect(inForce("ledger")).not.toEqual(before);
    await byHand(sandbox.sample.aws.databases.get("ledger")?.arn ?? "");
    expect(inForce("ledger")).toEqual(before);
    expect(inForce("orders")).not.toEqual(before);
    expect((await moat.run()).writeCalls).toBe(0);
    expect(inForce("ledger")).toEqual(before);
  });

  it("gives back every one of several", async () => {
    const { aws } = sandbox.sample;
    const own = aws.sandbox.seed.securityGroup({ groupName: "reporting", vpcId: aws.vpcId }).groupId;
    const before = [...inForce("ledger"), own];
    const input = { id: "ledger", kind: "instance" };
    await moat.ports.enforcement.setDatabaseGroups(input, before);
    sandbox.sample.clock.advance(10 * 60_000);
    await moat.run();
    expect(inForce("ledger")).toHaveLength(1);
    await byHand(aws.databases.get("ledger")?.arn ?? "");
    expect(inForce("ledger").toSorted()).toEqual(before.toSorted());
  });
});
