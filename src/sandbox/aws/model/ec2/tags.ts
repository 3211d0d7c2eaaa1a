import { AwsError } from "../aws-error.ts";
import type { ReadTime } from "../versioned-map.ts";
import { VersionedMap } from "../versioned-map.ts";

/** Tag values by key. */
export type Tags = ReadonlyMap<string, string>;

export interface Tag {
  readonly key: string;
  readonly value: string;
}

const NONE: Tags = new Map();
/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions */
const MAX_TAGS = 50;

/** The tags of all EC2 resources of one account and region. */
export class TagStore {
  readonly #byResource: VersionedMap<string, Tags>;

  constructor(time: ReadTime) {
    this.#byResource = new VersionedMap(time);
  }

  of(resourceId: string): Tags {
    return this.#byResource.get(resourceId) ?? NONE;
  }

  /** Adds and overwrites. Check with {@link checkTags} first: this never fails. */
  put(resourceId: string, tags: Iterable<Tag>): void {
    const merged = new Map(this.of(resourceId));
    for (const { key, value } of tags) merged.set(key, value);
    this.#byResource.set(resourceId, merged);
  }

  /** Removes keys; with a value only where the value is the same. */
  remove(resourceId: string, tags: readonly { readonly key: string; readonly value?: string }[]): void {
    const left = new Map(this.of(resourceId));
    for (const { key, value } of tags) {
      if (value === undefined || left.get(key) === value) left.delete(key);
    }
    this.#byResource.set(resourceId, left);
  }

  drop(resourceId: string): void {
    this.#byResource.delete(resourceId);
  }
}

/** @throws AwsError when AWS would refuse to put `added` on a resource that has `present` */
export function checkTags(added: readonly Tag[], present: Tags = NONE): void {
  const keys = new Set(added.map((tag) => tag.key));
  if (keys.size < added.length) {
    throw new AwsError("InvalidParameterValue", "Duplicate tag key specified.");
  }
  for (const { key, value } of added) checkTag(key, value);
  if (new Set([...present.keys(), ...keys]).size > MAX_TAGS) {
    throw new AwsError("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.");
  }
}

function checkTag(key: string, value: string): void {
  if (key === "") throw new AwsError("InvalidParameterValue", "Tag key cannot be empty.");
  if (key.toLowerCase().startsWith("aws:")) {
    const message = `Value ( ${key} ) for parameter key is invalid. Tag keys starting with 'aws:' are reserved for internal use`;
    throw new AwsError("InvalidParameterValue", message);
  }
  if ([...key].length > 128)
    throw new AwsError("InvalidParameterValue", "Tag key exceeds the maximum length of 128 characters");
  if ([...value].length > 256) {
    throw new AwsError("InvalidParameterValue", "Tag value exceeds the maximum length of 256 characters");
  }
}
