import type { LabelGroup } from "../../../core/policy/model.ts";
import { type FileReader, note, readPart, unknownName } from "./file-reader.ts";
import { askLabel, type LabelBook } from "./label-book.ts";
import { LabelGroupSchema } from "./policy-schema.ts";

/** Reads one entry of `label_groups`; `sections` holds all of them, for the names of sub-groups. */
export function readLabelGroup(
  reader: FileReader,
  book: LabelBook,
  groups: Readonly<Record<string, unknown>>,
  name: string,
): LabelGroup | undefined {
  const path = ["label_groups", name];
  const shape = readPart(reader, LabelGroupSchema, groups[name], path);
  if (shape === undefined) return undefined;
  for (const [i, sub] of shape.sub_groups.entries()) {
    if (!Object.hasOwn(groups, sub)) {
      note(
        reader,
        [...path, "sub_groups", i],
        unknownName("label group", "label_groups", sub, Object.keys(groups)),
      );
    } else if (keyOf(groups[sub]) !== shape.key)
      note(reader, [...path, "sub_groups", i], otherKey(sub, shape.key));
  }
  return {
    href: labelGroupHref(reader, name),
    name,
    key: shape.key,
    labels: shape.labels.map((value, i) => askLabel(reader, book, shape.key, value, [...path, "labels", i])),
    subGroups: shape.sub_groups.map((sub) => labelGroupHref(reader, sub)),
    unreadable: [],
  };
}

export const labelGroupHref = ({ root }: FileReader, name: string): string => `${root}/label_groups/${name}`;

const keyOf = (raw: unknown): unknown =>
  typeof raw === "object" && raw !== null && "key" in raw ? raw.key : undefined;

function otherKey(name: string, key: string) {
  return {
    code: "POLICY_LABEL_GROUP_MIXED",
    what: `label group "${name}" is not of the key "${key}"`,
    why: "a label group stands for any of its labels, which makes sense under one key only",
    fix: `leave it out, or make a group of "${key}" labels`,
  };
}
