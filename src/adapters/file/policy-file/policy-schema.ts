import { z } from "zod";
import { MAPPED_KINDS } from "../../../core/policy/mapping/model.ts";

/** Every schema here describes one piece of `policy.yaml`; descriptions are what an editor shows. */
const text = z.string().min(1);
const Description = z.string().describe("For people; shown where the rule is named").optional();

const oneOrMany = <T extends z.ZodType>(item: T, error: string) =>
  z.union([item, z.array(item).min(1)], { error });

const Names = oneOrMany(text, "expected a name, or a list of names");

export const LabelValues = z
  .array(text, { error: "expected a list of values, such as [prod, dev]" })
  .describe("Every value that the key may have; any other is an error");

export const LabelGroupSchema = z
  .strictObject({
    description: Description,
    key: text.describe("The label key of all members"),
    labels: z.array(text).describe("Values of that key").default([]),
    sub_groups: z.array(text).describe("Names of other label groups of the same key").default([]),
  })
  .describe("Labels of one key that stand for any of them");

const Range = z.union(
  [
    text.describe('An address, a CIDR block, or "first-last"; with "!" before it (in quotes) it is left out'),
    z.strictObject({ range: text, description: Description }),
  ],
  { error: "expected a range such as 10.0.0.0/8, or { range, description }" },
);

export const IpListSchema = z.union(
  [
    z.array(Range).min(1),
    z.strictObject({
      description: Description,
      ranges: z.array(Range).default([]),
      fqdns: z.array(text).describe("Host names; they grant nothing to consumers").default([]),
    }),
  ],
  { error: "expected a list of ranges, or { description, ranges }" },
);

const Ports = oneOrMany(
  text.describe("tcp/3306, tcp/3306-3310, udp/53, tcp (every port), icmp, or all"),
  "expected ports such as tcp/3306, or a list of them",
);

export const ServiceSchema = z.union([Ports, z.strictObject({ description: Description, ports: Ports })], {
  error: "expected ports such as tcp/3306, a list of them, or { description, ports }",
});

const Labels = z
  .record(text, text, { error: "expected labels such as { role: web, app: orders }" })
  .describe("One value for each key");

export const WorkloadSchema = z
  .strictObject({
    name: text,
    description: Description,
    addresses: z.array(text).describe("IPv4 and IPv6 addresses").default([]),
    labels: Labels.default({}),
    hostname: text.optional(),
    public_ip: text.describe("Counts only when moat.yaml says publicIp: true").optional(),
    external_data_reference: text.describe("ARN of the database that this workload stands for").optional(),
  })
  .describe("Something with addresses that AWS does not know");

const TagPatterns = z
  .record(text, Names, { error: "expected tags such as { Role: web }" })
  .describe('Patterns of the values of tags; "*" means that the tag must be there');

const placeMatch = {
  tags: TagPatterns.optional(),
  subnet: Names.describe("Subnet ids, or patterns of their tag Name").optional(),
  security_group: Names.describe("Group ids, or patterns of their names").optional(),
  vpc: Names.describe("VPC ids").optional(),
};

export const MatchSchema = z
  .strictObject({
    kind: oneOrMany(z.enum(MAPPED_KINDS), `expected one of ${MAPPED_KINDS.join(", ")}`).optional(),
    ...placeMatch,
    cidr: Names.describe("An address of the object lies in one of these blocks").optional(),
    auto_scaling_group: Names.describe("Patterns of the tag aws:autoscaling:groupName").optional(),
    interface_description: Names.describe("Patterns of an interface's description").optional(),
    name: Names.describe("Ids, or patterns of the tag Name").optional(),
    engine: Names.describe("Engines of databases and proxies").optional(),
  })
  .describe("Conditions that must all hold; * and ? are wildcards");

export const DatabaseMatchSchema = z
  .strictObject({
    id: Names.describe("Database identifiers, or patterns of them").optional(),
    arn: Names.optional(),
    engine: Names.optional(),
    kind: oneOrMany(z.enum(["database", "proxy"]), "expected database or proxy").optional(),
    ...placeMatch,
  })
  .describe("Conditions that must all hold; without any, every database matches");

const LabelTemplates = z
  .record(text, text, { error: "expected labels such as { role: web }" })
  .describe(`Values, or "\${tag:Name}" for the value of a tag`);

export const MappingSchema = z.strictObject({
  description: Description,
  match: MatchSchema,
  labels: LabelTemplates,
});

export const DatabaseSchema = z.strictObject({
  description: Description,
  match: DatabaseMatchSchema.default({}),
  labels: LabelTemplates,
  addresses: z
    .array(text)
    .describe(
      "Private addresses of the one database that id or arn names; tells its flows from those of others",
    )
    .optional(),
});

const ActorShape = z.union(
  [
    text.describe(
      'role=web, "!env=dev", label group <name>, ip list <name>, workload <name>, or all workloads',
    ),
    z.strictObject({
      label: text.optional(),
      label_group: text.optional(),
      ip_list: text.optional(),
      workload: text.optional(),
      exclude: z.boolean().optional(),
    }),
  ],
  { error: "expected an actor such as role=web, or { ip_list: offices }" },
);
export type ActorShape = z.infer<typeof ActorShape>;

const Actors = oneOrMany(ActorShape, "expected an actor such as role=web, or a list of actors");

const side = <T extends string>(one: T) =>
  oneOrMany(z.enum(["workloads", "virtual_services"]), "expected workloads")
    .describe(one)
    .optional();

const ruleFields = {
  description: Description,
  enabled: z.boolean().default(true),
  consumers: Actors.describe(
    "Who opens the connection. One key: any of its labels; several keys: all of them",
  ),
  providers: Actors.describe("Who serves it: databases, by their labels"),
  services: Names.describe(
    "Names of services, or ports such as tcp/3306. Left out: the port that the database listens on",
  ).optional(),
  unscoped_consumers: z.boolean().describe("Consumers need not lie in the scope").default(false),
};

export const RuleSchema = z.strictObject({
  ...ruleFields,
  resolve_labels_as: z
    .strictObject({ providers: side("What labels of providers mean"), consumers: side("… of consumers") })
    .optional(),
  use_workload_subnets: z.array(z.enum(["consumers", "providers"])).default([]),
});

export const DenyRuleSchema = z.strictObject({
  ...ruleFields,
  override: z
    .boolean()
    .describe("Wins over allow rules. Without it the rule changes nothing: what is not allowed is denied")
    .default(false),
});

const Scope = z.union([z.literal("all"), z.array(text), z.record(text, text)], {
  error: "expected [app=orders, env=prod], { app: orders, env: prod }, or all",
});
export type ScopeShape = z.infer<typeof Scope>;

/** A rule set before its rules are read, each by itself. */
export const RuleSetHead = z.strictObject({
  name: text,
  description: Description,
  enabled: z.boolean().default(true),
  scope: Scope.describe("The labels that all objects of a rule must carry, or all").optional(),
  scopes: z
    .array(
      z.union([z.array(text), z.record(text, text), text], {
        error: "expected a list of scopes, each a list itself",
      }),
    )
    .min(1)
    .describe("Several scopes, each counted by itself")
    .optional(),
  rules: z.array(z.unknown()).default([]),
  deny_rules: z.array(z.unknown()).default([]),
});

const RuleSetSchema = RuleSetHead.extend({
  scopes: z
    .array(z.union([z.array(text), z.record(text, text)]))
    .min(1)
    .describe("Several scopes; an object need fit only one of them")
    .optional(),
  rules: z.array(RuleSchema).nullable().default([]),
  deny_rules: z.array(DenyRuleSchema).nullable().default([]),
});

const Ends = Names.describe("Labels such as role=web app=orders, or addresses, CIDRs, names of workloads");
const Targets = Names.describe("Ids of databases, or labels such as app=orders env=prod");

export const TestSchema = z
  .strictObject({
    description: Description,
    from: Ends.optional(),
    must_reach: Targets.optional(),
    must_not_reach: Targets.optional(),
    nothing_outside: Ends.optional(),
    reaches: Targets.optional(),
    port: z.int().min(1).max(65_535).describe("Another port than the database's own").optional(),
  })
  .describe("{ from, must_reach }, { from, must_not_reach }, or { nothing_outside, reaches }");

/** The sections before their entries are read, each by itself. */
export const FileHead = z.strictObject({
  version: z
    .literal(1, { error: "expected 1, the only version there is" })
    .describe("Version of this format"),
  labels: z.record(text, z.unknown()).default({}),
  label_groups: z.record(text, z.unknown()).default({}),
  ip_lists: z.record(text, z.unknown()).default({}),
  services: z.record(text, z.unknown()).default({}),
  workloads: z.array(z.unknown()).default([]),
  databases: z.array(z.unknown()).default([]),
  mapping: z.array(z.unknown()).default([]),
  rule_sets: z.array(z.unknown()).default([]),
  tests: z.array(z.unknown()).default([]),
});
export type FileSections = z.infer<typeof FileHead>;

/** The whole file, for editors; a section whose entries are all commented out is `null`. */
export const PolicyFileSchema = FileHead.extend({
  labels: z
    .record(text, LabelValues)
    .describe("Label keys and all their values; optional")
    .nullable()
    .default({}),
  label_groups: z.record(text, LabelGroupSchema).describe("By name").nullable().default({}),
  ip_lists: z
    .record(text, IpListSchema)
    .describe("Addresses that are no workloads, by name")
    .nullable()
    .default({}),
  services: z.record(text, ServiceSchema).describe("Ports by name").nullable().default({}),
  workloads: z.array(WorkloadSchema).describe("Workloads that AWS does not know").nullable().default([]),
  databases: z
    .array(DatabaseSchema)
    .describe("Labels for databases and proxies; asked before mapping")
    .nullable()
    .default([]),
  mapping: z
    .array(MappingSchema)
    .describe("Labels for AWS objects; the first rule that has a value for a key decides it")
    .nullable()
    .default([]),
  rule_sets: z.array(RuleSetSchema).describe("Who may reach what").nullable().default([]),
  tests: z.array(TestSchema).describe("What must hold, whatever the rules say").nullable().default([]),
});
