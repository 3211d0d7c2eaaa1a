import { z } from "zod";

const Mode = z.enum(["observe", "enforce"]);

const Egress = z.enum(["leave", "managed"]);

const DatabaseEntry = z
  .strictObject({
    mode: Mode,
    own: z
      .enum(["swap", "adopt"])
      .describe(
        "swap: Moat keeps groups of its own. adopt: Moat keeps the rules of a group that others attach",
      )
      .optional(),
    group: z
      .string()
      .regex(/^sg-[0-9a-f]+$/)
      .describe("The group to adopt")
      .optional(),
    egress: Egress.describe("What this database may open; else as it is said for all").optional(),
  })
  .refine((entry) => (entry.own === "adopt") === (entry.group !== undefined), {
    error: 'A group is named where "own" is "adopt", and only there',
  });

/** A history with more to say than where it is. */
export const HistoryEntry = z
  .strictObject({
    place: z.string().describe("A folder or an s3:// prefix"),
    engine: z
      .enum(["duckdb", "athena"])
      .describe("duckdb: asked on this machine. athena: asked where it lies, in S3")
      .default("duckdb"),
    database: z.string().min(1).describe("athena: a database of the Glue catalog that is there").optional(),
    workgroup: z.string().min(1).describe("athena: the workgroup; primary by default").optional(),
    output: z
      .string()
      .regex(/^s3:\/\/./)
      .describe("athena: where answers go, where the workgroup does not say it")
      .optional(),
    deadlineSeconds: z
      .int()
      .min(1)
      .max(1800)
      .describe("athena: how long one question may take; then its query is stopped")
      .default(300),
  })
  .refine(({ engine, place }) => engine === "duckdb" || place.startsWith("s3://"), {
    error: 'Athena reads S3: "place" begins with s3://',
  })
  .refine(({ engine, database }) => engine === "duckdb" || database !== undefined, {
    error: 'Athena is asked in a database: name it in "database"',
  });

/** `moat.yaml`: defaults for every command. Unknown keys are errors. */
export const ConfigSchema = z.strictObject({
  owner: z
    .string()
    .min(1)
    .max(64)
    .describe("Name of this installation, as the tag moat:owner carries it")
    .default("moat"),
  aws: z.string().describe("live, sandbox, or a folder of saved AWS answers").optional(),
  region: z.string().describe("AWS region; else as every AWS tool finds it").optional(),
  policy: z.string().describe("URL of a PCE, a folder of its collections, or a policy file").optional(),
  flows: z.array(z.string()).describe("Flow logs: files, folders, s3:// prefixes").default([]),
  flowFormat: z
    .string()
    .describe(
      "Format of flow logs without a header, as DescribeFlowLogs gives it, or the names of its fields",
    )
    .optional(),
  history: z
    .union([z.string(), HistoryEntry])
    .describe("Where the history of flows is kept: a folder or an s3:// prefix; or that with an engine")
    .optional(),
  mode: Mode.describe("Mode of databases that bear no tag moat:mode").default("observe"),
  databases: z.record(z.string(), DatabaseEntry).describe("Exceptions by database id").default({}),
  shrinkPercent: z
    .int()
    .min(0)
    .max(100)
    .describe("Share of the granted addresses that may go at once")
    .default(30),
  callPercent: z
    .number()
    .gt(0)
    .max(100)
    .describe(
      "Share, in percent, that this process takes of the rate at which AWS answers: per account, region and call",
    )
    .default(20),
  slack: z
    .strictObject({
      maxAddresses: z.int().min(0).describe("Addresses beyond policy that one database's rules may admit"),
    })
    .describe("Used only where the exact rules do not fit into the account's quotas")
    .optional(),
  waves: z
    .strictObject({
      canary: z.array(z.string()).describe("Ids of the databases that are changed first").default([]),
      percent: z
        .array(z.number().gt(0).max(100))
        .describe("Shares of the others, in percent, that are changed after each further wave; ascending")
        .default([1, 10, 100]),
      watchMinutes: z
        .int()
        .min(0)
        .describe("Minutes after each wave in which flow logs are looked at for refused clients; 0: none")
        .default(15),
      mostRejects: z
        .int()
        .min(0)
        .describe("REJECT records of one allowed client at one changed database that do not stop the waves")
        .default(2),
    })
    .describe(
      "Change many databases in waves; when one fails, or allowed clients are refused, the later waves are left alone",
    )
    .optional(),
  rdsConnect: z
    .enum(["leave", "remove"])
    .describe("What happens to groups that RDS's connect feature attached to an enforced database")
    .default("leave"),
  securityGroupReferences: z
    .enum(["off", "exact"])
    .describe(
      "exact: one rule names a security group where its members are exactly addresses that policy grants, and that saves rules; whoever joins the group comes in until the next run",
    )
    .default("off"),
  egress: Egress.describe(
    "What databases may open themselves. leave: what their groups let out before. managed: what policy allows with the database as consumer",
  ).default("leave"),
  notify: z
    .strictObject({
      eventBus: z.string().min(1).describe("Name or ARN of an EventBridge bus").optional(),
      topic: z
        .string()
        .regex(/^arn:[^:]+:sns:/)
        .describe("ARN of an SNS topic")
        .optional(),
      webhook: z
        .string()
        .regex(/^(?:env|file|secret):./)
        .describe(
          "Where the address of a Slack-compatible webhook stands: env:NAME, file:PATH, or secret:ID in Secrets Manager",
        )
        .optional(),
    })
    .describe("Who hears of incidents while moat watch keeps watch")
    .optional(),
  publicIp: z.boolean().describe("Count a workload's public address among its addresses").default(false),
  directActorsIgnoreScope: z
    .boolean()
    .describe("Count direct workload actors outside the scope of their rule set")
    .default(false),
});

export type Config = z.infer<typeof ConfigSchema>;
