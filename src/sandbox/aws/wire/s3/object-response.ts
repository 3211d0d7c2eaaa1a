import { byteRange } from "../../model/s3/byte-range.ts";
import { s3Error } from "../../model/s3/errors.ts";
import type { S3Object } from "../../model/s3/object.ts";
import type { WireRequest, WireResponse } from "../http.ts";

/**
 * The answer to GetObject or HeadObject: whole, or the part that the Range header asks for.
 *
 * @throws AwsError InvalidRange, PreconditionFailed, NotModified
 */
export function objectResponse(request: WireRequest, object: S3Object, withBody: boolean): WireResponse {
  checkConditions(request, object);
  const size = object.body.length;
  const range = byteRange(request.headers.range, size);
  const body = range === undefined ? object.body : object.body.subarray(range.first, range.last + 1);
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...objectHeaders(object),
      // A checksum covers the whole object, so it does not come with a part of it.
      ...(range === undefined && request.headers["x-amz-checksum-mode"] === "ENABLED"
        ? { ...object.attributes.checksums, "x-amz-checksum-type": "FULL_OBJECT" }
        : {}),
      ...(range === undefined ? {} : { "content-range": `bytes ${range.first}-${range.last}/${size}` }),
      "content-length": String(body.length),
    },
    body: withBody ? body : "",
  };
}

/** ETag and version of an object, as PutObject answers them. */
export function versionHeaders(object: S3Object): Record<string, string> {
  return {
    etag: `"${object.eTag}"`,
    ...(object.versionId === undefined ? {} : { "x-amz-version-id": object.versionId }),
  };
}

function objectHeaders(object: S3Object): Record<string, string> {
  const { contentType, contentEncoding, metadata } = object.attributes;
  return {
    ...versionHeaders(object),
    "accept-ranges": "bytes",
    "last-modified": new Date(object.lastModifiedMs).toUTCString(),
    "content-type": contentType ?? "binary/octet-stream",
    ...(contentEncoding === undefined ? {} : { "content-encoding": contentEncoding }),
    ...metadata,
  };
}

function checkConditions(request: WireRequest, object: S3Object): void {
  const bare = (header: string | undefined): string | undefined => header?.replaceAll('"', "");
  const ifMatch = bare(request.headers["if-match"]);
  if (ifMatch !== undefined && ifMatch !== "*" && ifMatch !== object.eTag)
    throw s3Error("PreconditionFailed");
  const ifNoneMatch = bare(request.headers["if-none-match"]);
  if (ifNoneMatch === "*" || ifNoneMatch === object.eTag) throw s3Error("NotModified");
}
