import type { S3Object } from "./object.ts";

/** A parsed ListObjectsV2. */
export interface ListRequest {
  readonly prefix: string;
  readonly delimiter: string;
  /** Only keys after this one. */
  readonly startAfter: string;
  readonly maxKeys: number;
}

/** One page of a bucket. */
export interface Listing {
  readonly contents: readonly S3Object[];
  readonly commonPrefixes: readonly string[];
  /** Where the next page starts after; present when there is more. */
  readonly nextStartAfter?: string;
}

type Entry = { readonly name: string; readonly object?: S3Object };

/**
 * One page of a bucket. Keys that share the part up to the first delimiter after the prefix count as one entry.
 *
 * @param sorted all objects in the order of their keys
 */
export function listObjects(sorted: readonly S3Object[], request: ListRequest): Listing {
  const entries = distinct(
    sorted
      .filter((object) => object.key.startsWith(request.prefix) && isAfter(object.key, request.startAfter))
      .map((object) => entryOf(object, request))
      // A page may have ended with a common prefix: its keys come after it, yet it has been listed.
      .filter((entry) => entry.name !== request.startAfter),
  );
  const page = entries.slice(0, request.maxKeys);
  const last = page.at(-1);
  return {
    contents: page.flatMap((entry) => entry.object ?? []),
    commonPrefixes: page.filter((entry) => entry.object === undefined).map((entry) => entry.name),
    ...(entries.length > page.length && last !== undefined ? { nextStartAfter: last.name } : {}),
  };
}

function entryOf(object: S3Object, { prefix, delimiter }: ListRequest): Entry {
  const at = delimiter === "" ? -1 : object.key.indexOf(delimiter, prefix.length);
  return at < 0 ? { name: object.key, object } : { name: object.key.slice(0, at + delimiter.length) };
}

function isAfter(key: string, startAfter: string): boolean {
  return Buffer.compare(Buffer.from(key), Buffer.from(startAfter)) > 0;
}

function distinct(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter(
    (entry, index) => entry.object !== undefined || entry.name !== entries[index - 1]?.name,
  );
}
