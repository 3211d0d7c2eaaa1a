import { z } from "zod";
import type { LabelTerm, ScopeEntry, Unreadable } from "../../../core/policy/model.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { canonicalHref, Reference } from "./href.ts";
import { OptionalFlag, readPart, unreadable } from "./shape.ts";

const PceLabelTerm = z.object({
  label: Reference.nullish(),
  label_group: Reference.nullish(),
  exclusion: OptionalFlag,
});

const FIX = "write the entry with one label or one label group";

/** Reads `{label | label_group, exclusion?}`, with exactly one of the two. */
export function parseLabelTerm(json: unknown, path: string): Result<LabelTerm, Unreadable> {
  const read = readPart(PceLabelTerm, json, path);
  if (!read.ok) return read;
  const { label, label_group, exclusion } = read.value;
  if (label && label_group) return err(unreadable(path, json, "it names a label and a label group", FIX));
  if (label) return ok({ kind: "label", href: canonicalHref(label.href), exclusion });
  if (label_group) return ok({ kind: "labelGroup", href: canonicalHref(label_group.href), exclusion });
  return err(unreadable(path, json, "it names neither a label nor a label group", FIX));
}

/** Reads one entry of a scope. */
export function parseScopeEntry(json: unknown, path: string): ScopeEntry {
  const term = parseLabelTerm(json, path);
  return term.ok ? term.value : term.error;
}
