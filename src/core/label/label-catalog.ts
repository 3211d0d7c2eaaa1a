import type { Diagnostic } from "../diagnostic.ts";
import type { Href, Label, LabelGroup } from "../policy/model.ts";

/** Position of a label in the catalog. */
export type LabelId = number;

/** A label group with all its groups opened up: any of `labels`. */
interface FlatGroup {
  /** The key of all members; absent when the group has no members to tell it, or members of several keys. */
  readonly key?: string;
  /** Ascending, without duplicates. */
  readonly labels: readonly LabelId[];
  /** Members left out because they could not be read. */
  readonly problems: readonly Diagnostic[];
}

/** The labels and label groups of a policy, found by href. */
export interface LabelCatalog {
  readonly labels: readonly Label[];
  readonly idOf: ReadonlyMap<Href, LabelId>;
  /** The flattened group, or undefined when the policy has no such group. */
  readonly group: (href: Href) => FlatGroup | undefined;
}

/** Builds the catalog; hrefs must be unique. Groups are flattened when first asked for. */
export function labelCatalog(labels: readonly Label[], groups: readonly LabelGroup[]): LabelCatalog {
  const idOf = new Map(labels.map((label, id) => [label.href, id]));
  const groupOf = new Map(groups.map((group) => [group.href, group]));
  const flat = new Map<Href, FlatGroup>();
  const group = (href: Href): FlatGroup | undefined => {
    const root = groupOf.get(href);
    if (root === undefined) return undefined;
    const known = flat.get(href) ?? withKey(root, labels, members(root, groupOf, idOf));
    flat.set(href, known);
    return known;
  };
  return { labels, idOf, group };
}

interface Members {
  readonly labels: ReadonlySet<LabelId>;
  readonly problems: readonly Diagnostic[];
}

/** Walks the sub-groups; a group seen before adds nothing, so cycles end. */
function members(
  root: LabelGroup,
  groupOf: ReadonlyMap<Href, LabelGroup>,
  idOf: ReadonlyMap<Href, LabelId>,
): Members {
  const labels = new Set<LabelId>();
  const problems: Diagnostic[] = [];
  const seen = new Set<LabelGroup>([root]);
  for (const group of seen) {
    problems.push(...group.unreadable.map((part) => part.problem));
    for (const href of group.labels) {
      const id = idOf.get(href);
      if (id === undefined) problems.push(missingLabel(href));
      else labels.add(id);
    }
    for (const href of group.subGroups) {
      const sub = groupOf.get(href);
      if (sub === undefined) problems.push(missingLabelGroup(href));
      else seen.add(sub);
    }
  }
  return { labels, problems };
}

function withKey(root: LabelGroup, labels: readonly Label[], found: Members): FlatGroup {
  const ids = [...found.labels].sort((a, b) => a - b);
  const keyOf = (id: LabelId): string | undefined => labels[id]?.key;
  const keys = new Set(ids.map(keyOf));
  const key = root.key ?? (keys.size === 1 ? [...keys][0] : undefined);
  const fitting = ids.filter((id) => keyOf(id) === key);
  const problems =
    fitting.length === ids.length ? found.problems : [...found.problems, mixedKeys(root, [...keys])];
  return { labels: fitting, problems, ...(key === undefined ? {} : { key }) };
}

/** A label href that the policy does not explain. */
export function missingLabel(href: Href): Diagnostic {
  return {
    code: "LABEL_MISSING",
    what: `label "${href}" is not among the labels of the policy`,
    why: "its key is unknown, so what it would match is unknown",
    fix: "read the policy again with a user who may see all labels, or take the label out of the rule",
  };
}

/** A label-group href that the policy does not explain. */
export function missingLabelGroup(href: Href): Diagnostic {
  return {
    code: "LABEL_GROUP_MISSING",
    what: `label group "${href}" is not among the label groups of the policy`,
    why: "its labels are unknown, so what it would match is unknown",
    fix: "provision the label group, or take it out of the rule",
  };
}

function mixedKeys(root: LabelGroup, keys: readonly (string | undefined)[]): Diagnostic {
  return {
    code: "LABEL_GROUP_MIXED_KEYS",
    what: `label group "${root.name}" (${root.href}) holds labels of the keys ${keys
      .map((key) => `"${key}"`)
      .sort()
      .join(", ")}`,
    why: "a label group stands for one key; a label of another key has no place in it",
    fix: "move the labels of other keys into label groups of their own",
  };
}
