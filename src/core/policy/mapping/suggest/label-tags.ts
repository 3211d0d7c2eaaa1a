import type { AwsObject } from "../aws-objects.ts";

/** Illumio's four label keys, in the order in which people write them. */
export const LABEL_KEYS = ["role", "app", "env", "loc"] as const;
export type LabelKey = (typeof LABEL_KEYS)[number];

/** A tag that says what a label should say. */
export interface LabelTag {
  readonly label: LabelKey;
  readonly tag: string;
  /** Objects that carry it. */
  readonly objects: number;
  /** Sorted. */
  readonly values: readonly string[];
}

/** What teams call the tags, the usual name first; letters only, in lower case. */
const SYNONYMS: Readonly<Record<LabelKey, readonly string[]>> = {
  role: ["role", "tier", "component", "function", "servicerole"],
  app: ["app", "application", "applicationname", "project", "product", "service", "system"],
  env: ["env", "environment", "stage"],
  loc: ["loc", "location", "site"],
};

/** Whether a label can have the value: a rule splits a label at its first "=", and a template ends at a brace. */
export const isUsable = (value: string | undefined): value is string =>
  value !== undefined && value !== "" && value === value.trim() && !/^=|[{}]/.test(value);

/** The tag in use for each label: of all that mean it, the one that most objects carry. */
export function labelTags(objects: readonly AwsObject[]): readonly LabelTag[] {
  const values = new Map<string, string[]>();
  for (const { tags } of objects) {
    for (const [tag, value] of Object.entries(tags)) {
      if (isUsable(value) && !/[{}]/.test(tag)) push(values, tag, value);
    }
  }
  return LABEL_KEYS.flatMap((label) => {
    const ranked = [...values]
      .flatMap(([tag, all]) => {
        const rank = SYNONYMS[label].indexOf(tag.toLowerCase().replace(/[^a-z]/g, ""));
        return rank < 0 ? [] : [{ tag, all, rank }];
      })
      .sort((a, b) => b.all.length - a.all.length || a.rank - b.rank || (a.tag < b.tag ? -1 : 1));
    const [best] = ranked;
    return best === undefined
      ? []
      : [{ label, tag: best.tag, objects: best.all.length, values: [...new Set(best.all)].sort() }];
  });
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
