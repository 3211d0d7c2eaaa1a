import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { REPAIRS_TAG } from "../src/core/guard/tug-of-war.ts";
import { WAVE_TAG } from "../src/core/guard/waves.ts";
import {
  ADOPT_TAG,
  DATABASE_TAG,
  MODE_TAG,
  ORIGINAL_GROUPS_TAG,
  ORIGINAL_GROUPS_TAGS,
  OWNER_TAG,
  originalGroupsTags,
} from "../src/core/inventory/ownership.ts";
import { LEFT_RULES_TAGS } from "../src/core/plan/left-rules.ts";
import { LEASE_REASON_TAG, LEASE_UNTIL_TAG } from "../src/core/rule/lease.ts";
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
  ...["events:PutEvents", "secretsmanager:GetSecretValue", "sqs:SendMessage"],
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

/** Tags that a group gets later than at its birth. */
const WRITTEN_LATER = [...ORIGINAL_GROUPS_TAGS, REPAIRS_TAG, ...LEFT_RULES_TAGS];
/** Tags that a group or a rule is born with, and those that are its owner's or a database's owner's. */
const BORN_WITH = [OWNER_TAG, DATABASE_TAG, LEASE_UNTIL_TAG, LEASE_REASON_TAG, "moat:granted"];
const OF_OWNERS = [MODE_TAG, WAVE_TAG, ADOPT_TAG];

/** Every tag that the code names, with the number at its end left out. */
function tagsInTheCode(): readonly string[] {
  const files = globSync("src/{core,app,adapters,ports,entry}/**/*.ts").filter(
    (file) => !file.endsWith(".test.ts"),
  );
  const names = files.flatMap((file) => readFileSync(file, "utf8").match(/(?<=")moat:[a-z-]+(?=")/g) ?? []);
  return [...new Set(names)].sort();
}

/** The tag keys that the page's policy lets be written on a group that is Moat's already. */
function keysOfThePage(): readonly string[] {
  const [, keys = ""] =
    /"aws:TagKeys": (\[[^\]]*left-rules[^\]]*\])/.exec(readFileSync("docs/iam.md", "utf8")) ?? [];
  return JSON.parse(keys) as readonly string[];
}

describe("the tags that may be written on a group of Moat's", () => {
  const allowed = statements.find(({ Sid }) => Sid === "RememberOnOurGroups")?.Condition?.[
    "ForAllValues:StringEquals"
  ]?.["aws:TagKeys"];

  it("are those that the code writes later than at a group's birth, in the templates and on the page", () => {
    expect(allowed).toEqual(WRITTEN_LATER);
    expect(keysOfThePage()).toEqual(WRITTEN_LATER);
  });

  it("are told from every other tag that the code names", () => {
    const first = WRITTEN_LATER.filter((key) => !/-\d$/.test(key));
    expect(tagsInTheCode()).toEqual([...first, ...BORN_WITH, ...OF_OWNERS].sort());
  });

  it("hold as many original groups as an interface may carry", () => {
    const ids = Array.from({ length: 16 }, (_, i) => `sg-${String(i).padStart(17, "0")}`);
    expect(Object.keys(originalGroupsTags(ids))).toEqual(ORIGINAL_GROUPS_TAGS);
    expect(Object.keys(originalGroupsTags(ids.slice(0, 5)))).toEqual([ORIGINAL_GROUPS_TAG]);
  });
});
