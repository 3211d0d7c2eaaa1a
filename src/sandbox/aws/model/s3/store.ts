import { createHash } from "node:crypto";
import { partKey } from "../parts.ts";
import type { SandboxWorld } from "../region-state.ts";
import { s3Error } from "./errors.ts";
import {
  isDeleteMarker,
  type ObjectAttributes,
  type ObjectVersion,
  type S3Bucket,
  type S3Object,
} from "./object.ts";

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Where a new bucket goes. */
export interface NewBucket {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly versioning?: boolean;
}

/** All buckets of the sandbox: their names are one space across accounts and regions. */
export class S3Store {
  readonly #world: SandboxWorld;
  readonly #buckets = new Map<string, S3Bucket>();
  readonly #listeners = new Set<(bucket: S3Bucket, object: S3Object) => void>();
  #sequence = 0;

  constructor(world: SandboxWorld) {
    this.#world = world;
  }

  /** Calls `listener` after each new object. @returns a function that ends it */
  onCreated(listener: (bucket: S3Bucket, object: S3Object) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws AwsError BucketAlreadyExists, BucketAlreadyOwnedByYou, InvalidBucketName */
  createBucket(wanted: NewBucket): S3Bucket {
    if (!BUCKET_NAME.test(wanted.name)) throw s3Error("InvalidBucketName", { BucketName: wanted.name });
    const known = this.#buckets.get(wanted.name);
    if (known !== undefined) {
      throw s3Error(known.accountId === wanted.accountId ? "BucketAlreadyOwnedByYou" : "BucketAlreadyExists");
    }
    const bucket: S3Bucket = {
      name: wanted.name,
      accountId: wanted.accountId,
      region: wanted.region,
      createdAtMs: this.#world.clock.now(),
      versioning: wanted.versioning ?? false,
      notifications: [],
      versions: new Map(),
    };
    this.#buckets.set(wanted.name, bucket);
    return bucket;
  }

  /** @throws AwsError NoSuchBucket */
  bucket(name: string): S3Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw s3Error("NoSuchBucket", { BucketName: name });
    return bucket;
  }

  hasBucket(name: string): boolean {
    return this.#buckets.has(name);
  }

  bucketsOf(accountId: string): readonly S3Bucket[] {
    return [...this.#buckets.values()]
      .filter((bucket) => bucket.accountId === accountId)
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** Stores an object and tells whoever the bucket notifies. */
  putObject(
    bucketName: string,
    key: string,
    body: Uint8Array | string,
    attributes: ObjectAttributes = {},
  ): S3Object {
    const bucket = this.bucket(bucketName);
    const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
    const object: S3Object = {
      key,
      body: bytes,
      eTag: createHash("md5").update(bytes).digest("hex"),
      lastModifiedMs: this.#world.clock.now(),
      versionId: bucket.versioning ? this.#newVersionId() : undefined,
      attributes,
      sequencer: this.#nextSequencer(),
    };
    this.#add(bucket, object);
    for (const listener of this.#listeners) listener(bucket, object);
    return object;
  }

  hasObject(bucketName: string, key: string): boolean {
    const current = this.bucket(bucketName).versions.get(key)?.at(-1);
    return current !== undefined && !isDeleteMarker(current);
  }

  /** @throws AwsError NoSuchBucket, NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker */
  getObject(bucketName: string, key: string, versionId?: string): S3Object {
    const versions = this.bucket(bucketName).versions.get(key) ?? [];
    if (versionId === undefined) {
      const current = versions.at(-1);
      if (current === undefined || isDeleteMarker(current)) throw s3Error("NoSuchKey", { Key: key });
      return current;
    }
    const found = versions.find((version) => (version.versionId ?? "null") === versionId);
    if (found === undefined) throw s3Error("NoSuchVersion", { Key: key, VersionId: versionId });
    if (isDeleteMarker(found)) throw s3Error("MethodNotAllowed");
    return found;
  }

  /** Deletes a version for good or, without a version id in a bucket with versioning, covers the key by a marker. */
  deleteObject(bucketName: string, key: string, versionId?: string): void {
    const bucket = this.bucket(bucketName);
    if (versionId !== undefined) {
      const left = (bucket.versions.get(key) ?? []).filter(
        (version) => (version.versionId ?? "null") !== versionId,
      );
      bucket.versions.set(key, left);
    } else if (bucket.versioning) {
      this.#add(bucket, { key, versionId: this.#newVersionId(), isDeleteMarker: true });
    } else {
      bucket.versions.delete(key);
    }
  }

  /** The current objects of a bucket in the order of their keys (UTF-8 bytes). */
  objects(bucketName: string): readonly S3Object[] {
    return [...this.bucket(bucketName).versions.values()]
      .flatMap((versions) => versions.at(-1) ?? [])
      .filter((version): version is S3Object => !isDeleteMarker(version))
      .sort((left, right) => Buffer.compare(Buffer.from(left.key), Buffer.from(right.key)));
  }

  #add(bucket: S3Bucket, version: ObjectVersion): void {
    const before = bucket.versioning ? (bucket.versions.get(version.key) ?? []) : [];
    bucket.versions.set(version.key, [...before, version]);
  }

  #newVersionId(): string {
    return this.#world.ids.base32(32);
  }

  #nextSequencer(): string {
    this.#sequence += 1;
    const time = this.#world.clock.now().toString(16).padStart(12, "0");
    return `${time}${this.#sequence.toString(16).padStart(6, "0")}`.toUpperCase();
  }
}

/** S3 of the whole sandbox: `world.part(s3Store)`. */
export const s3Store = partKey("s3", (world: SandboxWorld) => new S3Store(world));
