import type { LabelTag } from "../../../core/policy/mapping/suggest/label-tags.ts";
import type { SuggestedDatabase } from "../../../core/policy/mapping/suggest/suggest-database.ts";
import type { PolicySuggestion } from "../../../core/policy/mapping/suggest/suggest-policy.ts";
import { firstRuleSets, firstTests } from "./first-rule-sets.ts";
import type { Seen } from "./seen-consumers.ts";
import { oneLine, scalar } from "./yaml-scalar.ts";

/** More values than this are no vocabulary but data, and are not declared. */
const MOST_VALUES = 40;

/** What a first policy file is made of. */
export interface FirstPolicy {
  /** Path of the published schema, as seen from the file. */
  readonly schema: string;
  readonly suggestion: PolicySuggestion;
  /** Absent when no flow logs were read. */
  readonly seen?: Seen;
}

/** A first `policy.yaml`, with a comment on everything that a person should look at. */
export function firstPolicyText({ schema, suggestion, seen }: FirstPolicy): string {
  return [
    `# yaml-language-server: $schema=${schema}`,
    "#",
    "# Who may reach which database. Written by moat init from what is in AWS: read it, correct it, then run moat plan.",
    "version: 1",
    ...labelsSection(suggestion),
    ...databasesSection(suggestion.databases),
    ...mappingSection(suggestion),
    ...ipListsSection(),
    ...firstRuleSets(suggestion, seen),
    ...firstTests(suggestion, seen),
    "",
  ].join("\n");
}

function labelsSection({ tags, databases }: PolicySuggestion): readonly string[] {
  const lines = valuesByKey(tags, databases).map(([key, values]) =>
    values.length > MOST_VALUES
      ? `  # ${key} has ${values.length} values, too many to list; any value counts.`
      : `  ${key}: [${values.map(scalar).join(", ")}]`,
  );
  return [
    "",
    "# All values of each label. A value that is not listed is an error in this file, and a finding where a tag has it.",
    "# Take a key out to let it have any value.",
    "labels:",
    ...lines,
  ];
}

function valuesByKey(
  tags: readonly LabelTag[],
  databases: readonly SuggestedDatabase[],
): readonly (readonly [string, readonly string[]])[] {
  const keys = ["role", "app", "env", "loc"] as const;
  return keys.flatMap((key) => {
    const own = databases.flatMap(({ labels }) => labels[key] ?? []);
    const values = [...new Set([...(tags.find((t) => t.label === key)?.values ?? []), ...own])].sort();
    return values.length === 0 ? [] : [[key, values] as const];
  });
}

function databasesSection(databases: readonly SuggestedDatabase[]): readonly string[] {
  const entries = databases.flatMap(({ id, kind, engine, securityGroups, labels, guessed }) => [
    `  # ${kind} ${engine}${securityGroups.length === 0 ? "" : `, security groups: ${oneLine(securityGroups.join(", "))}`}${
      guessed.length === 0 ? "" : `. Guessed from its name, please check: ${guessed.join(", ")}`
    }`,
    `  - match: { id: ${scalar(id)} }`,
    `    labels: { ${Object.entries(labels)
      .map(([key, value]) => `${key}: ${scalar(value)}`)
      .join(", ")} }`,
  ]);
  return [
    "",
    "# Labels of databases and proxies. One without labels stays as it is: Moat knows nothing of it and changes nothing.",
    "databases:",
    ...(entries.length === 0 ? ["  # none were found"] : entries),
  ];
}

function mappingSection({ tags, kinds, autoScalingGroups, untagged }: PolicySuggestion): readonly string[] {
  const fromTags =
    kinds.length === 0
      ? []
      : [
          "  # What carries these tags is labelled by them; a label whose tag is missing is not given.",
          `  - match: { kind: [${kinds.join(", ")}] }`,
          "    labels:",
          ...tags.map(
            ({ label, tag, objects }) =>
              `      ${label}: ${JSON.stringify(`\${tag:${tag}}`)} # on ${objects}`,
          ),
        ];
  const fromGroups = autoScalingGroups.flatMap((name) => [
    `  - match: { auto_scaling_group: ${scalar(name)} }`,
    `    labels: { role: ${scalar(name)} } # please check`,
  ]);
  const comments = untagged.flatMap(({ kind, securityGroup, objects }) => [
    `  # ${objects} × ${kind} without tags:`,
    `  # - match: { kind: ${kind}, security_group: ${scalar(securityGroup)} }`,
    "  #   labels: { role: …, app: …, env: … }",
  ]);
  return [
    "",
    "# Labels of everything else in AWS, by tags, subnet, security_group, vpc, cidr, auto_scaling_group,",
    "# interface_description, name and kind. The first rule that has a value for a key decides it.",
    "mapping:",
    ...fromTags,
    ...(tags.some((t) => t.label === "role")
      ? fromGroups.map((line) => line.replace(/^ {2}/, "  # "))
      : fromGroups),
    ...comments,
    ...(fromTags.length + fromGroups.length + comments.length === 0
      ? ["  # nothing was found that could be labelled"]
      : []),
  ];
}

const ipListsSection = (): readonly string[] => [
  "",
  "# Addresses outside AWS: offices, data centres, a VPN.",
  "ip_lists:",
  "  # offices: [192.0.2.0/24, 198.51.100.7-198.51.100.9]",
];
