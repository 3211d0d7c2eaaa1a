import type { Diagnostic } from "../../core/diagnostic.ts";
import { err, ok, type Result } from "../../core/result.ts";

/** A bucket and a key or the beginning of keys; the whole bucket when `prefix` is empty. */
export interface S3Uri {
  readonly bucket: string;
  readonly prefix: string;
}

/** Reads `s3://bucket/prefix`. Keys are taken as they are: they are not percent-decoded. */
export function parseS3Uri(text: string): Result<S3Uri, Diagnostic> {
  const parts = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/s.exec(text);
  if (parts?.[1] !== undefined) return ok({ bucket: parts[1], prefix: parts[2] ?? "" });
  return err({
    code: "S3_URI",
    what: `"${text}" is not an S3 URI`,
    why: "It takes a bucket's name and the beginning of its keys",
    fix: 'Write it like "s3://my-flow-logs/AWSLogs/"',
  });
}

/** The beginning of keys as a folder: with a slash at its end, unless it is the whole bucket. */
export const folderOf = (prefix: string): string =>
  prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
