import { nearest } from "../../../core/nearest.ts";
import { parseAddress } from "../../../core/net/address.ts";
import type { Actor, LabelTerm } from "../../../core/policy/model.ts";
import { type FileReader, note, type Problem, unknownName } from "./file-reader.ts";
import { askLabel, type LabelBook } from "./label-book.ts";
import type { ActorShape } from "./policy-schema.ts";
import { labelGroupHref } from "./read-label-group.ts";
import { workloadHref } from "./read-workload.ts";
import type { YamlPath } from "./yaml-source.ts";

/** The names that rules may use. */
export interface KnownNames {
  readonly book: LabelBook;
  readonly labelGroups: readonly string[];
  readonly ipLists: readonly string[];
  readonly workloads: readonly string[];
  readonly services: readonly string[];
}

const PREFIXES = ["label group", "ip list", "workload", "all workloads"] as const;

/** Reads one actor; nothing when it cannot be understood, which has been noted then. */
export function readActor(
  reader: FileReader,
  names: KnownNames,
  shape: ActorShape,
  path: YamlPath,
): readonly Actor[] {
  if (typeof shape !== "string") return structuredActor(reader, names, shape, path);
  const text = shape.trim();
  if (text === "all workloads" || text === "ams") return [{ kind: "ams" }];
  if (text.startsWith("ip list ")) return ipList(reader, names, text.slice("ip list ".length).trim(), path);
  if (text.startsWith("workload "))
    return workload(reader, names, text.slice("workload ".length).trim(), path);
  return labelTerm(reader, names, text, path);
}

/** Reads `app=orders`, `!env=dev` or `label group clients`: all that a scope may hold. */
export function labelTerm(
  reader: FileReader,
  names: KnownNames,
  whole: string,
  path: YamlPath,
): readonly LabelTerm[] {
  const exclusion = whole.startsWith("!");
  const text = (exclusion ? whole.slice(1) : whole).trim();
  if (text.startsWith("label group ")) {
    return labelGroup(reader, names, text.slice("label group ".length).trim(), exclusion, path);
  }
  const at = text.indexOf("=");
  const [key, value] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  if (at > 0 && key !== "" && value !== "" && !value.startsWith("=")) {
    return [{ kind: "label", href: askLabel(reader, names.book, key, value, path), exclusion }];
  }
  note(reader, path, notUnderstood(text));
  return [];
}

function structuredActor(
  reader: FileReader,
  names: KnownNames,
  shape: Exclude<ActorShape, string>,
  path: YamlPath,
): readonly Actor[] {
  const { label, label_group, ip_list, workload: named, exclude = false } = shape;
  const given = [label, label_group, ip_list, named].filter((value) => value !== undefined);
  if (given.length !== 1) {
    note(reader, path, ONE_ACTOR);
    return [];
  }
  if (label !== undefined) return labelTerm(reader, names, exclude ? `!${label}` : label, [...path, "label"]);
  if (label_group !== undefined) {
    return labelGroup(reader, names, label_group, exclude, [...path, "label_group"]);
  }
  if (exclude) note(reader, [...path, "exclude"], ONLY_LABELS_EXCLUDED);
  return ip_list === undefined
    ? workload(reader, names, named ?? "", [...path, "workload"])
    : ipList(reader, names, ip_list, [...path, "ip_list"]);
}

function labelGroup(
  reader: FileReader,
  { labelGroups }: KnownNames,
  name: string,
  exclusion: boolean,
  path: YamlPath,
): readonly LabelTerm[] {
  if (!labelGroups.includes(name))
    note(reader, path, unknownName("label group", "label_groups", name, labelGroups));
  return [{ kind: "labelGroup", href: labelGroupHref(reader, name), exclusion }];
}

function ipList(reader: FileReader, { ipLists }: KnownNames, name: string, path: YamlPath): readonly Actor[] {
  if (!ipLists.includes(name)) note(reader, path, unknownName("IP list", "ip_lists", name, ipLists));
  return [{ kind: "ipList", href: `${reader.root}/ip_lists/${name}` }];
}

function workload(
  reader: FileReader,
  { workloads }: KnownNames,
  name: string,
  path: YamlPath,
): readonly Actor[] {
  if (!workloads.includes(name)) note(reader, path, unknownName("workload", "workloads", name, workloads));
  return [{ kind: "workload", href: workloadHref(reader, name) }];
}

const ONE_ACTOR: Problem = {
  code: "POLICY_ACTOR_INVALID",
  what: "an actor names exactly one of label, label_group, ip_list and workload",
  why: "two of them in one entry could mean either or both",
  fix: "write one entry for each",
};

const ONLY_LABELS_EXCLUDED: Problem = {
  code: "POLICY_ACTOR_INVALID",
  what: "only labels and label groups can be excluded",
  why: "an IP list or a workload says which addresses are meant, so there is nothing to take them from",
  fix: 'leave "exclude" out, or write an override deny rule',
};

function notUnderstood(text: string): Problem {
  const words = text.split(" ").slice(0, 2).join(" ");
  const close = nearest(words, PREFIXES) ?? nearest(text.split(" ")[0] ?? "", PREFIXES);
  const isAddress = parseAddress(text.split("/")[0] ?? "").ok;
  return {
    code: "POLICY_ACTOR_INVALID",
    what: `"${text}" is no actor`,
    why: "an actor is a label (role=web), label group <name>, ip list <name>, workload <name>, or all workloads",
    fix: isAddress
      ? 'put the addresses under "ip_lists" and write "ip list <name>"'
      : close === undefined
        ? `write it as key=value, such as "role=${text.replaceAll(" ", "-")}"`
        : `did you mean "${close} …"?`,
  };
}
