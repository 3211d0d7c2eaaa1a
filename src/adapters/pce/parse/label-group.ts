import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { LabelGroup } from "../../../core/policy/model.ts";
import { ok, type Result } from "../../../core/result.ts";
import { defined } from "./defined.ts";
import { canonicalHref, HrefText } from "./href.ts";
import { parseReferences } from "./references.ts";
import { OptionalList, OptionalText, readShape } from "./shape.ts";
import { isDraftDeletion, UpdateType } from "./update-type.ts";

const PceLabelGroup = z.object({
  href: HrefText,
  name: OptionalText,
  key: OptionalText,
  labels: OptionalList,
  sub_groups: OptionalList,
  update_type: UpdateType,
});

/** Reads one label group. Groups are not flattened here: they may be nested, cyclic, or miss a member. */
export function parseLabelGroup(json: unknown, path: string): Result<LabelGroup | undefined, Diagnostic> {
  const read = readShape(PceLabelGroup, json, path);
  if (!read.ok) return read;
  const group = read.value;
  if (isDraftDeletion(group)) return ok(undefined);
  const labels = parseReferences(group.labels, `${path}.labels`);
  const subGroups = parseReferences(group.sub_groups, `${path}.sub_groups`);
  return ok({
    ...defined({ key: group.key }),
    href: canonicalHref(group.href),
    name: group.name ?? canonicalHref(group.href),
    labels: labels.hrefs,
    subGroups: subGroups.hrefs,
    unreadable: [...labels.unreadable, ...subGroups.unreadable],
  });
}
