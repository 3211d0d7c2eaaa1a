/** What is stored beside the bytes; header names of checksums in lower case, such as `x-amz-checksum-crc32`. */
export interface ObjectAttributes {
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly checksums?: Readonly<Record<string, string>>;
}

/** One version of an object. */
export interface S3Object {
  readonly key: string;
  readonly body: Uint8Array;
  /** Hexadecimal MD5 without the quotes that it has in headers. */
  readonly eTag: string;
  readonly lastModifiedMs: number;
  /** Present in a bucket with versioning. */
  readonly versionId: string | undefined;
  readonly attributes: ObjectAttributes;
  /** Grows with every event of the sandbox; comparable between events of one key. */
  readonly sequencer: string;
}

/** What a delete leaves behind in a bucket with versioning. */
export interface DeleteMarker {
  readonly key: string;
  readonly versionId: string;
  readonly isDeleteMarker: true;
}

/** What a key may hold in a bucket with versioning. */
export type ObjectVersion = S3Object | DeleteMarker;

/** True for what a delete left behind. */
export const isDeleteMarker = (version: ObjectVersion): version is DeleteMarker =>
  "isDeleteMarker" in version;

/** Who gets told of new objects. */
export interface BucketNotification {
  readonly id: string;
  readonly queueArn: string;
  /** For example `s3:ObjectCreated:*`. */
  readonly events: readonly string[];
  readonly prefix?: string;
  readonly suffix?: string;
}

/** A bucket; its name is unique in the whole sandbox. */
export interface S3Bucket {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly createdAtMs: number;
  versioning: boolean;
  notifications: readonly BucketNotification[];
  /** Versions by key, the newest last. */
  readonly versions: Map<string, ObjectVersion[]>;
}
