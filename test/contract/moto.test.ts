import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { expect, it } from "vitest";
import { describeWith } from "../support/describe-with.ts";
import { findPython } from "../support/python.ts";
import { startMoto } from "./moto.ts";

const python = {
  name: "moto in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};

describeWith(python, "moto", (found) => {
  it("answers an unmodified SDK client, and is gone after stop", async () => {
    const moto = await startMoto(found);
    const client = new EC2Client({
      endpoint: moto.url,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
      maxAttempts: 1,
    });
    const { Vpcs } = await client.send(new DescribeVpcsCommand({}));
    expect(Vpcs?.map((vpc) => vpc.IsDefault)).toEqual([true]);

    await moto.stop();
    await expect(fetch(moto.url)).rejects.toThrow();
    client.destroy();
  });
});
