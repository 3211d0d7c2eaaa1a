import { describeWith } from "../support/describe-with.ts";
import { findPython } from "../support/python.ts";
import { awsContract } from "./aws.contract.ts";
import { type AwsWorld, sdkWorld } from "./aws-world.ts";
import { startMoto } from "./moto.ts";
import { MOTO_DEVIATIONS } from "./moto-deviations.ts";

const python = {
  name: "moto in .venv/",
  found: findPython(),
  fix: "npm test makes it, given Python 3.10 or newer",
};

async function motoWorld(interpreter: string): Promise<AwsWorld> {
  const moto = await startMoto(interpreter);
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const world = await sdkWorld({ endpoint: moto.url, region: "eu-west-1", credentials });
  const close = async () => {
    await world.close();
    await moto.stop();
  };
  return { ...world, close };
}

describeWith(python, "an emulator that others wrote", (found) => {
  awsContract("moto", () => motoWorld(found), new Set(Object.keys(MOTO_DEVIATIONS)));
});
