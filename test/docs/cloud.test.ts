import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run } from "../../scripts/run.ts";
import { templateOf, without } from "../e2e/hub-stack.ts";
import { MINISTACK_LACKS } from "../e2e/ministack-lab.ts";
import { findAwsCli } from "../support/aws-cli.ts";
import { describeWith } from "../support/describe-with.ts";
import { type Ministack, startMinistack } from "../support/ministack.ts";
import { findPython } from "../support/python.ts";

const GUIDE = readFileSync(join(import.meta.dirname, "../../docs/guides/cloud.md"), "utf8");
const ACCOUNT = "111122223333";
const REGION = "eu-west-1";
const aws = findAwsCli();
const python = findPython();
const pieces = {
  name: "the AWS CLI and ministack in .venv/",
  found: aws === undefined || python === undefined ? undefined : { aws, python },
  fix: "npm test gets both, given Debian and Python 3.10 or newer",
};

/** What people put in the place of the words in capitals. */
const FILLED_IN: Readonly<Record<string, string>> = {
  "CODE-BUCKET": "moat-code",
  "SECRET-ARN": `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:moat/pce-AbCdEf`,
  "STATE-BUCKET": "moat-code",
  "PAGE-BUCKET": "moat-code",
  "LONG-RANDOM-TEXT": "a-long-random-text",
  ACCOUNT,
  REGION,
  STACK: "moat",
  HUB: ACCOUNT,
  OU: "ou-ab12-abcd1234",
};

const filledIn = (command: string): string =>
  Object.entries(FILLED_IN).reduce((text, [word, value]) => text.replaceAll(word, value), command);

/** The one block of shell commands of the guide that has this in it. */
function block(having: string): string {
  const blocks = [...GUIDE.matchAll(/^ *```sh\n([\s\S]*?)^ *```/gm)].map(([, body = ""]) => body);
  const found = blocks.filter((body) => body.includes(having));
  if (found.length !== 1) throw new Error(`${found.length} blocks of the guide have ${having}`);
  return filledIn(found[0] ?? "");
}

/** A command that stands in the text between backticks. */
function inText(beginning: string): string {
  const [, command] = new RegExp(`\`(${beginning}[^\`]*)\``).exec(GUIDE) ?? [];
  if (command === undefined) throw new Error(`The guide has no ${beginning}`);
  return filledIn(command);
}

/** What the AWS CLI says of a command that it does not understand, whatever the service would answer. */
const MISTAKEN =
  /usage: aws|Unknown options|Parameter validation failed|Invalid choice|Error parsing parameter/;

describeWith(pieces, "the guide to the cloud", (found) => {
  const folder = mkdtempSync(join(tmpdir(), "moat-cloud-guide-"));
  let ministack: Ministack;
  /** Runs a command of the guide as it stands, in a folder that has what a checkout has after `npm run synth`. */
  const shell = (command: string) =>
    run("sh", ["-c", `aws() { '${found.aws}' --endpoint-url ${ministack.url} "$@"; }\n${command}`], {
      env: {
        PATH: process.env.PATH,
        HOME: folder,
        PWD: folder,
        AWS_ACCESS_KEY_ID: ACCOUNT,
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_DEFAULT_REGION: REGION,
        AWS_PAGER: "",
      },
      cwd: folder,
    });
  const done = async (command: string): Promise<string> => {
    const { code, output } = await shell(command);
    expect(code, `${command}\n${output}`).toBe(0);
    return output;
  };

  beforeAll(async () => {
    ministack = await startMinistack(found.python, ACCOUNT, REGION);
    mkdirSync(join(folder, "dist/templates"), { recursive: true });
    for (const name of ["moat-hub", "moat-spoke-observe"])
      writeFileSync(
        join(folder, `dist/templates/${name}.json`),
        JSON.stringify(without(templateOf(name), MINISTACK_LACKS)),
      );
    // An archive without files.
    writeFileSync(join(folder, "empty.zip"), Buffer.concat([Buffer.from("PK\x05\x06"), Buffer.alloc(18)]));
    const copies = ["ingest", "sweep", "reconcile", "heartbeat"].map(
      (name) => `aws s3 cp empty.zip s3://moat-code/moat/${name}.zip`,
    );
    await done(["aws s3 mb s3://moat-code", ...copies].join(" && "));
  });
  afterAll(async () => {
    await ministack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("installs the hub", async () => {
    await done(block("cloudformation deploy"));
    const stacks = await done(
      "aws cloudformation describe-stacks --query 'Stacks[].[StackName,StackStatus]'",
    );
    expect(stacks).toMatch(/"moat",\s+"(?:CREATE|UPDATE)_COMPLETE"/);
  });

  it("overrules a refusal", async () => {
    await done(block("acknowledged.txt"));
    expect(await done("aws s3 cp s3://moat-code/state/acknowledged.txt -")).toContain("losesAccess:orders:");
  });

  it("has commands for stack sets that the AWS CLI understands", async () => {
    const { output } = await shell(block("create-stack-set"));
    expect(output).not.toMatch(MISTAKEN);
  });

  it("leaves no trace", async () => {
    await done("aws cloudformation delete-stack --stack-name moat");
    await done("aws cloudformation wait stack-delete-complete --stack-name moat");
    const listed = await done(block("aws s3 ls"));
    const buckets = [...listed.matchAll(/ (moat-(?:logs|state)\S*)$/gm)].map(([, name = ""]) => name);
    expect(buckets).toHaveLength(2);
    const groups = [...listed.matchAll(/"([^"]*moat-[^"]*)"/g)].map(([, name = ""]) => name);
    const removal = inText("aws s3 rb");
    for (const bucket of buckets) await done(removal.replace("BUCKET", bucket));
    for (const group of groups) await done(inText("aws logs delete-log-group").replace("NAME", group));
    const left = await shell(block("aws s3 ls"));
    expect(left.output).not.toMatch(/moat-/);
    expect(await done(inText("aws resourcegroupstaggingapi get-resources"))).not.toContain("arn:");
  });
});
