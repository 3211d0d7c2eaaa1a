import type { Inventory } from "../../../inventory/model.ts";
import { type AwsObject, awsObjects } from "../aws-objects.ts";
import { AUTO_SCALING_TAG } from "../matches.ts";
import type { MappedKind } from "../model.ts";
import { isUsable, type LabelTag, labelTags } from "./label-tags.ts";
import { type SuggestedDatabase, suggestDatabase } from "./suggest-database.ts";

/** Consumers without tags that could be labelled by what they have in common. */
export interface Untagged {
  readonly kind: MappedKind;
  /** Name of a security group that they carry. */
  readonly securityGroup: string;
  readonly objects: number;
}

/** Roles that were found beside the databases of one application in one environment. */
export interface SuggestedRuleSet {
  readonly app?: string;
  readonly env?: string;
  readonly roles: readonly string[];
  readonly databases: readonly string[];
}

/** What a first policy file could say of what is in AWS. Depends on the inventory alone. */
export interface PolicySuggestion {
  readonly tags: readonly LabelTag[];
  /** Kinds of objects that carry one of the tags. */
  readonly kinds: readonly MappedKind[];
  /** Auto Scaling groups whose instances have no tag for a role. */
  readonly autoScalingGroups: readonly string[];
  readonly untagged: readonly Untagged[];
  readonly databases: readonly SuggestedDatabase[];
  readonly ruleSets: readonly SuggestedRuleSet[];
}

/** Clients of databases as a rule; the others are suggested only where they are tagged. */
const CLIENTS: ReadonlySet<MappedKind> = new Set(["instance", "lambda", "ecs", "eks"]);

/** Looks at tags, names and groups for what a policy file could start from. */
export function suggestPolicy(inventory: Inventory, owner: string): PolicySuggestion {
  const objects = awsObjects(inventory, owner);
  const tags = labelTags(objects);
  const consumers = objects.filter((o) => o.kind !== "database" && o.kind !== "proxy");
  const tagged = consumers.filter((o) => tags.some(({ tag }) => has(o, tag)));
  const databases = objects
    .filter((o) => o.kind === "database" || o.kind === "proxy")
    .map((o) => suggestDatabase(o, tags))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const roleTag = tags.find(({ label }) => label === "role")?.tag;
  return {
    tags,
    kinds: [...new Set(tagged.map((o) => o.kind))].sort(),
    autoScalingGroups: sorted(
      consumers.flatMap((o) =>
        roleTag !== undefined && has(o, roleTag) ? [] : (o.tags[AUTO_SCALING_TAG] ?? []),
      ),
    ),
    untagged: untagged(consumers.filter((o) => CLIENTS.has(o.kind) && !tagged.includes(o))),
    databases,
    ruleSets: ruleSets(databases, tagged, tags),
  };
}

const has = ({ tags }: AwsObject, tag: string): boolean => Object.hasOwn(tags, tag) && isUsable(tags[tag]);
const sorted = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort();

function untagged(objects: readonly AwsObject[]): readonly Untagged[] {
  const found = new Map<string, Untagged>();
  for (const { kind, securityGroups } of objects) {
    for (const securityGroup of securityGroups.filter((name) => !name.startsWith("sg-"))) {
      const key = `${kind} ${securityGroup}`;
      found.set(key, { kind, securityGroup, objects: (found.get(key)?.objects ?? 0) + 1 });
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

/** One for each pair of application and environment that has a database. */
function ruleSets(
  databases: readonly SuggestedDatabase[],
  consumers: readonly AwsObject[],
  tags: readonly LabelTag[],
): readonly SuggestedRuleSet[] {
  const tagOf = (label: string): string | undefined => tags.find((t) => t.label === label)?.tag;
  const [role, app, env] = [tagOf("role"), tagOf("app"), tagOf("env")];
  const valueIn = (o: AwsObject, tag: string | undefined): string | undefined =>
    tag === undefined || !has(o, tag) ? undefined : o.tags[tag];
  const scopes = Map.groupBy(databases, ({ labels }) => `${labels.app ?? ""} ${labels.env ?? ""}`);
  return [...scopes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, members]) => {
      const labels = members[0]?.labels ?? {};
      const beside = consumers.filter(
        (o) => fits(valueIn(o, app), labels.app) && fits(valueIn(o, env), labels.env),
      );
      return {
        ...(labels.app === undefined ? {} : { app: labels.app }),
        ...(labels.env === undefined ? {} : { env: labels.env }),
        roles: sorted(beside.flatMap((o) => valueIn(o, role) ?? [])),
        databases: members.map(({ id }) => id),
      };
    });
}

const fits = (value: string | undefined, wanted: string | undefined): boolean =>
  wanted === undefined || value === wanted;
