import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleHandlers } from "../../scripts/build.ts";
import { run } from "../../scripts/run.ts";
import { type Moto, startMoto } from "../contract/moto.ts";
import { type TemplateText, templateOf, without } from "../e2e/hub-stack.ts";
import { MINISTACK_LACKS } from "../e2e/ministack-lab.ts";
import { findAwsCli } from "../support/aws-cli.ts";
import { describeWith } from "../support/describe-with.ts";
import { findProgram } from "../support/find-program.ts";
import { type Ministack, startMinistack } from "../support/ministack.ts";
import { findPython } from "../support/python.ts";

const ROOT = join(import.meta.dirname, "../..");
const page = (name: string): string => readFileSync(join(ROOT, "docs/guides", name), "utf8");
const GUIDE = page("cloud.md");
const RUNBOOK = page("operations.md");
const ACCOUNT = "111122223333";
const REGION = "eu-west-1";
const aws = findAwsCli();
const python = findPython();
const zip = findProgram("zip");
const terraform = findProgram("terraform");
const pieces = {
  name: "zip, the AWS CLI and ministack in .venv/",
  found: aws === undefined || python === undefined || zip === undefined ? undefined : { aws, python },
  fix: "npm test gets them, given Debian and Python 3.10 or newer",
};

/** What people put in the place of the words in capitals. */
const FILLED_IN: Record<string, string> = {
  "CODE-BUCKET": "moat-code",
  "SECRET-ARN": "known once the secret is made",
  "STATE-BUCKET": "moat-code",
  "PAGE-BUCKET": "moat-code",
  "LONG-RANDOM-TEXT": "a-long-random-text",
  "LOG-GROUP": "moat-log",
  "ARN-OF-THE-DEAD-LETTER-QUEUE": `arn:aws:sqs:${REGION}:${ACCOUNT}:moat-databases-dead.fifo`,
  ACCOUNT,
  REGION,
  STACK: "moat",
  HUB: ACCOUNT,
  OU: "ou-ab12-abcd1234",
  NEW: "2",
};

const filledIn = (command: string): string =>
  Object.entries(FILLED_IN).reduce((text, [word, value]) => text.replaceAll(word, value), command);

const blocksOf = (text: string, language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\``, "gm"))].map(
    ([, indent = "", body = ""]) => body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  );

/** Blocks that were run. */
const used = new Set<string>();

/** The one block of the guide, or of the runbook, that has this in it. */
function block(having: string, language = "sh"): string {
  const found = [GUIDE, RUNBOOK]
    .flatMap((text) => blocksOf(text, language))
    .filter((body) => body.includes(having));
  const [body] = found;
  if (body === undefined || found.length > 1) throw new Error(`${found.length} blocks have ${having}`);
  used.add(body);
  return filledIn(body);
}

/** A command that stands in the text between backticks. */
function inText(beginning: string): string {
  const [, command] = new RegExp(`\`(${beginning}[^\`]*)\``).exec(GUIDE) ?? [];
  if (command === undefined) throw new Error(`The guide has no ${beginning}`);
  return filledIn(command);
}

/** The template that the last release had: what an upgrade begins with. Until there is one, that of a day before. */
const RELEASED = JSON.parse(
  readFileSync(join(ROOT, "test/golden/released/moat-hub.json"), "utf8"),
) as TemplateText;

/** Types of what holds data, or has a name that others know: it must be the same after an upgrade. */
const LASTING = [
  "AWS::EC2::SecurityGroup",
  "AWS::Events::EventBus",
  "AWS::Logs::LogGroup",
  "AWS::S3::Bucket",
  "AWS::SNS::Topic",
  "AWS::SQS::Queue",
];
/** Properties whose change would make another one of it: the resources' pages, "Update requires: Replacement". */
const FIXED = [
  ...["BucketName", "QueueName", "FifoQueue", "TopicName", "FifoTopic", "LogGroupName", "Name"],
  ...["GroupDescription", "GroupName", "VpcId"],
];

function lastingOf({ Resources }: TemplateText): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(Resources)
      .filter(([, { Type }]) => LASTING.includes(Type))
      .map(([id, { Type, Properties = {} }]) => [
        id,
        { Type, fixed: Object.entries(Properties).filter(([name]) => FIXED.includes(name)) },
      ]),
  );
}

/** What the AWS CLI says of a command that it does not understand, whatever the service would answer. */
const MISTAKEN =
  /usage: aws|Unknown options|Parameter validation failed|Invalid choice|Error parsing parameter/;

/** Runs a command of the guide as it stands, with this AWS CLI at this endpoint. */
const shellAt = (cli: string, endpoint: string, folder: string) => (command: string) =>
  run("sh", ["-c", `aws() { '${cli}' --endpoint-url ${endpoint} "$@"; }\n${command}`], {
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

const writeTemplate = (folder: string, name: string, template: TemplateText): void =>
  writeFileSync(
    join(folder, `dist/templates/${name}.json`),
    JSON.stringify(without(template, MINISTACK_LACKS)),
  );

describe("the template of the hub", () => {
  it("keeps everything that lasts through an upgrade from the last release", () => {
    const before = lastingOf(RELEASED);
    expect(Object.keys(before).length).toBeGreaterThan(15);
    for (const name of ["moat-hub", "moat-hub-enforce"])
      expect(lastingOf(templateOf(name))).toMatchObject(before);
  });

  it("has the resources that the CDK makes of the guide's own program", async () => {
    const folder = mkdtempSync(join(tmpdir(), "moat-cdk-"));
    const program = block("new HubStack", "ts").replace("./infra/", `${ROOT}/infra/`);
    // Modules are looked for beside the program, as in the repository.
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "app.ts"), program);
    const outdir = join(folder, "cdk.out");
    const { code, output } = await run(process.execPath, ["app.ts"], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, CDK_OUTDIR: outdir },
    });
    expect(code, output).toBe(0);
    const made = JSON.parse(readFileSync(join(outdir, "moat.template.json"), "utf8")) as TemplateText;
    const typesOf = ({ Resources }: TemplateText) =>
      Object.values(Resources)
        .map(({ Type }) => Type)
        .sort();
    expect(typesOf(made)).toEqual(typesOf(templateOf("moat-hub")));
    expect(lastingOf(made)).toEqual(lastingOf(templateOf("moat-hub")));
    rmSync(folder, { recursive: true, force: true });
  });

  const hcl = block("aws_cloudformation_stack", "hcl");
  const parameters = templateParameters("moat-hub");

  it("has the parameters that Terraform is told, and asks for no other", () => {
    const [, told = ""] = /parameters = \{([^}]*)\}/.exec(hcl) ?? [];
    const names = [...told.matchAll(/^\s*(\w+)\s*=/gm)].map(([, name = ""]) => name);
    expect(names).not.toEqual([]);
    expect(names.filter((name) => !Object.hasOwn(parameters, name))).toEqual([]);
    const asked = Object.entries(parameters).flatMap(([name, each]) => ("Default" in each ? [] : [name]));
    expect(names).toEqual(expect.arrayContaining(asked));
  });

  it.skipIf(terraform === undefined)("is what Terraform makes of the guide's text", async () => {
    const folder = mkdtempSync(join(tmpdir(), "moat-terraform-"));
    mkdirSync(join(folder, "dist/templates"), { recursive: true });
    writeTemplate(folder, "moat-hub", templateOf("moat-hub"));
    // The provider is not to be had here: the values of the resource are looked at, not the resource.
    const values = hcl.replace(/^resource .*\{$/m, "locals {\n stack = {").replace(/\}\s*$/, "}\n}\n");
    writeFileSync(join(folder, "main.tf"), values);
    const command = `echo 'jsonencode(local.stack)' | '${terraform}' console`;
    const { code, output } = await run("sh", ["-c", command], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, CHECKPOINT_DISABLE: "1" },
    });
    expect(code, output).toBe(0);
    const text = JSON.parse(output.replaceAll("$${", "${")) as string;
    expect(JSON.parse(text)).toMatchObject({
      name: "moat",
      capabilities: ["CAPABILITY_NAMED_IAM"],
      parameters: { CodeBucket: "moat-code" },
      template_body: readFileSync(join(folder, "dist/templates/moat-hub.json"), "utf8"),
    });
    rmSync(folder, { recursive: true, force: true });
  });
});

function templateParameters(name: string): Readonly<Record<string, object>> {
  const { Parameters } = templateOf(name) as TemplateText & {
    readonly Parameters: Readonly<Record<string, object>>;
  };
  return Parameters;
}

describeWith(pieces, "the guide to the cloud", (found) => {
  const folder = mkdtempSync(join(tmpdir(), "moat-cloud-guide-"));
  let ministack: Ministack;
  let shell: ReturnType<typeof shellAt>;
  const done = async (command: string): Promise<string> => {
    const { code, output } = await shell(command);
    expect(code, `${command}\n${output}`).toBe(0);
    return output;
  };
  /** Physical ids of what lasts, by logical id. */
  const lasting = async (): Promise<Readonly<Record<string, string>>> => {
    const listed = await done(
      "aws cloudformation describe-stack-resources --stack-name moat --query 'StackResources[].[LogicalResourceId,ResourceType,PhysicalResourceId]'",
    );
    const rows = JSON.parse(listed) as readonly (readonly [string, string, string])[];
    return Object.fromEntries(
      rows.flatMap(([id, type, name]) => (LASTING.includes(type) ? [[id, name]] : [])),
    );
  };
  const uninstall = () => done(block("delete-stack --stack-name"));

  beforeAll(async () => {
    ministack = await startMinistack(found.python, ACCOUNT, REGION);
    shell = shellAt(found.aws, ministack.url, folder);
    mkdirSync(join(folder, "dist/templates"), { recursive: true });
    for (const name of ["moat-hub", "moat-hub-enforce"]) writeTemplate(folder, name, templateOf(name));
    await bundleHandlers(join(folder, "dist/lambda"));
    writeFileSync(join(folder, "pce-key.json"), JSON.stringify({ key: "api_1", secret: "s" }));
    await done("aws s3 mb s3://moat-code");
  });
  afterAll(async () => {
    await ministack?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("puts the functions and the key where the stack looks for them", async () => {
    await done(block("zip -qr"));
    const listed = await done("aws s3 ls s3://moat-code/moat/");
    expect([...listed.matchAll(/(\w+)\.zip/g)].map(([, name]) => name).sort()).toEqual([
      "heartbeat",
      "ingest",
      "reconcile",
      "sweep",
    ]);
    const secret = JSON.parse(await done(block("create-secret"))) as { readonly ARN: string };
    FILLED_IN["SECRET-ARN"] = secret.ARN;
  });

  it("installs the hub, with functions that start", async () => {
    await done(block("PceSecretArn=SECRET-ARN"));
    const stacks = await done(
      "aws cloudformation describe-stacks --query 'Stacks[].[StackName,StackStatus]'",
    );
    expect(stacks).toMatch(/"moat",\s+"(?:CREATE|UPDATE)_COMPLETE"/);
    // It comes as far as the PCE of the guide, which is nowhere.
    const answer = await done("aws lambda invoke --function-name moat-sweep out.json; cat out.json");
    expect(answer).toMatch(/pce\.example\.com/);
  });

  it("lets the hub change groups of its own account, later", async () => {
    const before = await lasting();
    await done(
      block("CodePrefix=moat/NEW/")
        .replace("moat-hub.json", "moat-hub-enforce.json")
        .replace("moat/2/", "moat/"),
    );
    expect(await lasting()).toEqual(before);
  });

  it("overrules a refusal, and fetches the map", async () => {
    await done(block("acknowledged.txt"));
    expect(await done("aws s3 cp s3://moat-code/state/acknowledged.txt -")).toContain("losesAccess:orders:");
    await done(`echo page | aws s3 cp - s3://moat-code/map/${ACCOUNT}/${REGION}.html`);
    await done(block("map.html"));
    expect(readFileSync(join(folder, "map.html"), "utf8")).toBe("page\n");
  });

  it("shows what a function logged, and stops it", async () => {
    const groups = await done(
      "aws logs describe-log-groups --query 'logGroups[].logGroupName' --output text",
    );
    FILLED_IN["LOG-GROUP"] = /\S*Sweep\S*/.exec(groups)?.[0] ?? "none";
    const { output } = await shell(block("aws logs tail"));
    expect(output).not.toMatch(MISTAKEN);
    await done(block("disable-rule"));
    const rules = await done("aws events list-rules --query 'Rules[].[Name,State]' --output text");
    expect(rules).toMatch(/Schedule\S*\s+DISABLED/);
    const feeds = await done("aws lambda list-event-source-mappings --query 'EventSourceMappings[].State'");
    expect(JSON.parse(feeds)).toEqual(["Disabled", "Disabled", "Disabled"]);
    // No emulator moves messages back, and Debian 12's AWS CLI does not know that one can.
    const moved = await shell(block("start-message-move-task"));
    expect(moved.output).not.toMatch(/Unknown options|Parameter validation failed|required/);
  });

  it("leaves no trace", async () => {
    await uninstall();
    const listed = await done(block("aws s3 ls"));
    const buckets = [...listed.matchAll(/ (moat-(?:logs|state)\S*)$/gm)].map(([, name = ""]) => name);
    expect(buckets).toHaveLength(2);
    const groups = [...listed.matchAll(/"([^"]*moat-[^"]*)"/g)].map(([, name = ""]) => name);
    const removal = inText("aws s3 rb");
    for (const bucket of buckets) await done(removal.replace("BUCKET", bucket));
    for (const group of groups) await done(inText("aws logs delete-log-group").replace("NAME", group));
    const left = await shell(block("aws s3 ls"));
    expect(left.output).not.toMatch(/moat-(?:logs|state)|"[^"]*moat-/);
    expect(await done(inText("aws resourcegroupstaggingapi get-resources"))).not.toContain("arn:");
  });

  it("upgrades what the last release made, and goes back, and what lasts is the same", async () => {
    writeTemplate(folder, "moat-hub", RELEASED);
    await done(block("PceSecretArn=SECRET-ARN"));
    const before = await lasting();
    const state = before[Object.keys(before).find((id) => id.startsWith("State")) ?? ""] ?? "none";
    await done(`echo kept | aws s3 cp - s3://${state}/state/kept.json`);
    await done("aws s3 cp --recursive s3://moat-code/moat/ s3://moat-code/moat/2/");
    const upgrade = block("CodePrefix=moat/NEW/");

    writeTemplate(folder, "moat-hub", templateOf("moat-hub"));
    await done(upgrade);
    expect(await lasting()).toEqual(before);
    expect(await done(`aws s3 cp s3://${state}/state/kept.json -`)).toContain("kept");
    const told = await done(
      "aws cloudformation describe-stacks --stack-name moat --query 'Stacks[0].Parameters'",
    );
    const parameters = new Map(
      (JSON.parse(told) as readonly { readonly ParameterKey: string; readonly ParameterValue: string }[]).map(
        ({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue],
      ),
    );
    expect(parameters.get("CodePrefix")).toBe("moat/2/");
    expect(parameters.get("PceUrl")).toBe("https://pce.example.com:8443");

    writeTemplate(folder, "moat-hub", RELEASED);
    await done(upgrade.replace("moat/2/", "moat/"));
    expect(await lasting()).toEqual(before);
    await uninstall();
  });
});

describeWith(pieces, "the guide to many accounts, on CloudFormation of moto", (found) => {
  const folder = mkdtempSync(join(tmpdir(), "moat-stack-sets-"));
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto(found.python);
    mkdirSync(join(folder, "dist/templates"), { recursive: true });
    writeTemplate(folder, "moat-spoke-observe", templateOf("moat-spoke-observe"));
  });
  afterAll(async () => {
    await moto?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("makes the stack set and its instances", async () => {
    const shell = shellAt(found.aws, moto.url, folder);
    const { code, output } = await shell(block("create-stack-set"));
    expect(output).not.toMatch(MISTAKEN);
    expect(code, output).toBe(0);
    const { output: sets } = await shell(
      "aws cloudformation list-stack-sets --query 'Summaries[].StackSetName'",
    );
    expect(JSON.parse(sets)).toEqual(["moat-spoke-observe"]);
  });

  it("were all the blocks of commands that the guide and the runbook have", () => {
    const blocks = [GUIDE, RUNBOOK].flatMap((text) =>
      ["sh", "hcl", "ts"].flatMap((kind) => blocksOf(text, kind)),
    );
    expect(blocks.filter((each) => !used.has(each))).toEqual([]);
  });
});
