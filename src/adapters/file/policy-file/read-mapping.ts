import type { z } from "zod";
import { parseAddress } from "../../../core/net/address.ts";
import { type Cidr, parseCidr } from "../../../core/net/cidr.ts";
import type { LabelTemplate, MappingRule, ObjectMatch } from "../../../core/policy/mapping/model.ts";
import { type FileReader, note, readPart } from "./file-reader.ts";
import { giveLabel, type LabelBook } from "./label-book.ts";
import {
  type DatabaseMatchSchema,
  DatabaseSchema,
  MappingSchema,
  type MatchSchema,
} from "./policy-schema.ts";
import type { YamlPath } from "./yaml-source.ts";

/** Reads one entry of `mapping`. */
export function readMappingRule(
  reader: FileReader,
  book: LabelBook,
  raw: unknown,
  index: number,
): MappingRule | undefined {
  const path = ["mapping", index] as const;
  const shape = readPart(reader, MappingSchema, raw, path);
  if (shape === undefined) return undefined;
  if (Object.keys(shape.match).length === 0) note(reader, [...path, "match"], MATCHES_EVERYTHING);
  return {
    ...identity(reader, path),
    match: toMatch(reader, shape.match, [...path, "match"]),
    labels: templates(reader, book, shape.labels, [...path, "labels"]),
  };
}

/** Reads one entry of `databases`. */
export function readDatabaseRule(
  reader: FileReader,
  book: LabelBook,
  raw: unknown,
  index: number,
): MappingRule | undefined {
  const path = ["databases", index] as const;
  const shape = readPart(reader, DatabaseSchema, raw, path);
  if (shape === undefined) return undefined;
  return {
    ...identity(reader, path),
    match: toDatabaseMatch(shape.match),
    labels: templates(reader, book, shape.labels, [...path, "labels"]),
    ...addressesOf(reader, shape, [...path, "addresses"]),
  };
}

function addressesOf(
  reader: FileReader,
  { match, addresses }: z.infer<typeof DatabaseSchema>,
  path: YamlPath,
): Pick<MappingRule, "addresses"> {
  if (addresses === undefined) return {};
  const named = [match.id, match.arn].filter((value) => typeof value === "string" && !/[*?]/.test(value));
  if (named.length === 0) note(reader, path, ADDRESSES_OF_MANY);
  for (const [i, text] of addresses.entries()) {
    const address = parseAddress(text);
    if (!address.ok) note(reader, [...path, i], { ...address.error, code: "POLICY_ADDRESS_INVALID" });
  }
  return { addresses };
}

const ADDRESSES_OF_MANY = {
  code: "POLICY_ADDRESSES_OF_MANY",
  what: "the rule gives addresses and may be about several databases",
  why: "an address belongs to one database",
  fix: 'name it: "match: { id: orders }"',
};

const MATCHES_EVERYTHING = {
  code: "POLICY_MAPPING_UNBOUNDED",
  what: "the mapping rule has no condition",
  why: "it would label every interface of the account, load balancers and NAT gateways included",
  fix: 'add a condition, such as "kind: instance" or "vpc: vpc-…"',
};

function identity(reader: FileReader, path: readonly [string, number]): Pick<MappingRule, "href" | "line"> {
  const [section, index] = path;
  return { href: `${reader.root}/${section}/${index + 1}`, line: reader.source.at(path).line };
}

const asList = <T>(value: T | readonly T[]): readonly T[] => (Array.isArray(value) ? value : [value as T]);

const listed = <K extends string, T>(
  key: K,
  value: T | readonly T[] | undefined,
): { [P in K]?: readonly T[] } =>
  (value === undefined ? {} : { [key]: asList(value) }) as { [P in K]?: readonly T[] };

function toMatch(reader: FileReader, shape: z.infer<typeof MatchSchema>, path: YamlPath): ObjectMatch {
  return {
    ...placeOf(shape),
    ...listed("kinds", shape.kind),
    ...(shape.cidr === undefined ? {} : { cidrs: cidrsIn(reader, asList(shape.cidr), [...path, "cidr"]) }),
    ...listed("autoScalingGroups", shape.auto_scaling_group),
    ...listed("descriptions", shape.interface_description),
    ...listed("names", shape.name),
    ...listed("engines", shape.engine),
  };
}

function toDatabaseMatch(shape: z.infer<typeof DatabaseMatchSchema>): ObjectMatch {
  const names = [shape.id, shape.arn].flatMap((value) => (value === undefined ? [] : asList(value)));
  return {
    ...placeOf(shape),
    ...listed("kinds", shape.kind),
    ...listed("engines", shape.engine),
    ...(names.length === 0 ? {} : { names }),
  };
}

type Place = Pick<z.infer<typeof MatchSchema>, "tags" | "subnet" | "security_group" | "vpc">;

function placeOf({ tags, subnet, security_group, vpc }: Place): ObjectMatch {
  const entries = Object.entries(tags ?? {}).map(([key, values]) => [key, asList(values)] as const);
  return {
    ...(tags === undefined ? {} : { tags: Object.fromEntries(entries) }),
    ...listed("subnets", subnet),
    ...listed("securityGroups", security_group),
    ...listed("vpcs", vpc),
  };
}

function cidrsIn(reader: FileReader, texts: readonly string[], path: YamlPath): readonly Cidr[] {
  return texts.flatMap((text, i) => {
    const cidr = parseCidr(text);
    if (cidr.ok) return [cidr.value];
    note(reader, [...path, i], { ...cidr.error, code: "POLICY_ADDRESS_INVALID" });
    return [];
  });
}

function templates(
  reader: FileReader,
  book: LabelBook,
  labels: Readonly<Record<string, string>>,
  path: YamlPath,
): readonly LabelTemplate[] {
  return Object.entries(labels).map(([key, text]) => {
    const parts = partsOf(text);
    if (parts.some((part) => typeof part !== "string")) book.open.add(key);
    else giveLabel(reader, book, key, text, [...path, key]);
    if (/\$\{/.test(parts.filter((part) => typeof part === "string").join(""))) {
      note(reader, [...path, key], badTemplate(text));
    }
    return { key, parts };
  });
}

/** `team-${tag:Team}` → `team-` and the tag `Team`. */
function partsOf(text: string): LabelTemplate["parts"] {
  return text
    .split(/(\$\{tag:[^{}]+\})/)
    .filter((part) => part !== "")
    .map((part) => {
      const tag = /^\$\{tag:([^{}]+)\}$/.exec(part)?.[1];
      return tag === undefined ? part : { tag: tag.trim() };
    });
}

function badTemplate(text: string) {
  return {
    code: "POLICY_TEMPLATE_INVALID",
    what: `"${text}" takes its value from something unknown`,
    why: "a label's value is text, or the value of a tag",
    fix: `write "\${tag:Name}" with the key of the tag`,
  };
}
