import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { allowedActions, askingStatements, readingStatements, writingStatements } from "./permissions.ts";

const SCOPE = {
  partition: "aws",
  accountId: "111122223333",
  region: "*",
  owner: "moat",
  vpcs: ["arn:aws:ec2:*:*:vpc/*"],
};
const statements = [...readingStatements(), ...askingStatements(), ...writingStatements(SCOPE)];

/** What the functions' own calls need, which stands in the hub's template. */
const HUB = [
  ...["organizations:ListAccounts", "s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"],
  ...["ec2:DescribeFlowLogs", "events:PutEvents", "secretsmanager:GetSecretValue", "sqs:SendMessage"],
];
/** What only the command line calls, asked of a person, and what needs no permission. */
const NOT_OURS = [
  ...["ec2:DeleteTags", "rds:AddTagsToResource"],
  ...["sts:GetCallerIdentity", "sts:AssumeRole", "kms:Decrypt"],
];

/** Files that the handlers reach by their imports. */
function reached(): ReadonlySet<string> {
  const found = new Set<string>();
  const queue = globSync("src/entry/lambda/{heartbeat,ingest,map,sweep,reconcile}.ts");
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    for (const [, target = ""] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)"/g))
      queue.push(join(dirname(file), target));
  }
  return found;
}

/** Every action that adapters within reach of a handler name as the one that allows a call of theirs. */
function namedByAdapters(): readonly string[] {
  const files = [...reached()].filter((file) => /^src\/adapters\/aws\/(?!aws-fault-table)[^/]+$/.test(file));
  const names = files.flatMap(
    (file) => readFileSync(file, "utf8").match(/(?<=")[a-z0-9]+:[A-Z]\w+(?=")/g) ?? [],
  );
  return [...new Set(names)].sort();
}

describe("the policies of a spoke", () => {
  it("allow what the adapters call, and nothing else", () => {
    const ours = namedByAdapters().filter((name) => ![...HUB, ...NOT_OURS].includes(name));
    expect(allowedActions(statements)).toEqual(ours);
  });

  it("let nobody give a group the mark that Moat's rights hang on, but at its birth", () => {
    const deny = statements.find(({ Effect }) => Effect === "Deny");
    expect(deny).toMatchObject({
      Action: ["ec2:CreateTags", "ec2:DeleteTags"],
      Resource: "*",
      Condition: {
        "ForAnyValue:StringEquals": { "aws:TagKeys": ["moat:owner"] },
        Null: { "ec2:CreateAction": "true" },
      },
    });
  });

  it("hang every write of a group or database on a tag", () => {
    const free = writingStatements(SCOPE).filter((s) => s.Effect === "Allow" && s.Condition === undefined);
    expect(free.map(({ Sid }) => Sid)).toEqual([
      "MakeThemInTheseVpcs",
      "MakeRules",
      "ReferToTheDatabasesOwnSettings",
    ]);
  });
});
