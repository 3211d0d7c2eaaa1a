import { s3Error } from "../../model/s3/errors.ts";
import { type ListRequest, listObjects } from "../../model/s3/listing.ts";
import type { S3Bucket, S3Object } from "../../model/s3/object.ts";
import type { WireRequest, WireResponse } from "../http.ts";
import { escapeXml, renderXml, type XmlStruct } from "../xml.ts";

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** The answer to ListObjectsV2. @throws AwsError InvalidArgument */
export function listResponse(
  request: WireRequest,
  bucket: S3Bucket,
  sorted: readonly S3Object[],
): WireResponse {
  const { query } = request;
  const asked = listRequest(query);
  const listing = listObjects(sorted, asked);
  const encode = query.get("encoding-type") === "url" ? encodeURIComponent : (text: string): string => text;
  const next = listing.nextStartAfter;
  return xmlResponse("ListBucketResult", [
    { Name: bucket.name, Prefix: encode(asked.prefix), Delimiter: encode(asked.delimiter) || undefined },
    {
      EncodingType: query.get("encoding-type") ?? undefined,
      StartAfter: query.get("start-after") ?? undefined,
    },
    { MaxKeys: asked.maxKeys, KeyCount: listing.contents.length + listing.commonPrefixes.length },
    { IsTruncated: next !== undefined, ContinuationToken: query.get("continuation-token") ?? undefined },
    { NextContinuationToken: next === undefined ? undefined : Buffer.from(next).toString("base64url") },
    ...listing.contents.map((object) => ({ Contents: contentXml(object, encode) })),
    ...listing.commonPrefixes.map((prefix) => ({ CommonPrefixes: { Prefix: encode(prefix) } })),
  ]);
}

function listRequest(query: URLSearchParams): ListRequest {
  const token = query.get("continuation-token");
  const maxKeys = Math.min(1000, Number(query.get("max-keys") ?? "1000"));
  if (!Number.isInteger(maxKeys) || maxKeys < 0)
    throw s3Error("InvalidArgument", { ArgumentName: "max-keys" });
  return {
    prefix: query.get("prefix") ?? "",
    delimiter: query.get("delimiter") ?? "",
    startAfter: token === null ? (query.get("start-after") ?? "") : keyOfToken(token),
    maxKeys,
  };
}

/** The answer to ListBuckets. */
export function bucketsResponse(accountId: string, buckets: readonly S3Bucket[]): WireResponse {
  const items = buckets.map(({ name, createdAtMs, region }) => ({
    Bucket: { Name: name, CreationDate: new Date(createdAtMs), BucketRegion: region },
  }));
  const inner = items.map((item) => renderXml(item, "")).join("");
  return xml(
    `<ListAllMyBucketsResult xmlns="${NAMESPACE}"><Owner><ID>${accountId}</ID></Owner><Buckets>${inner}</Buckets></ListAllMyBucketsResult>`,
  );
}

/** The answer to GetBucketLocation: text in the root, none for the one region that has no name there. */
export function locationResponse(region: string): WireResponse {
  const text = region === "us-east-1" ? "" : escapeXml(region);
  return xml(`<LocationConstraint xmlns="${NAMESPACE}">${text}</LocationConstraint>`);
}

function xmlResponse(root: string, members: readonly XmlStruct[]): WireResponse {
  return xml(
    `<${root} xmlns="${NAMESPACE}">${members.map((member) => renderXml(member, "")).join("")}</${root}>`,
  );
}

function xml(content: string): WireResponse {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${content}`;
  return { status: 200, headers: { "content-type": "application/xml" }, body };
}

function contentXml(object: S3Object, encode: (text: string) => string): XmlStruct {
  return {
    Key: encode(object.key),
    LastModified: new Date(object.lastModifiedMs),
    ETag: `"${object.eTag}"`,
    Size: object.body.length,
    StorageClass: "STANDARD",
  };
}

function keyOfToken(token: string): string {
  if (!/^[\w-]+$/.test(token)) throw s3Error("InvalidArgument", { ArgumentName: "continuation-token" });
  return Buffer.from(token, "base64url").toString("utf8");
}
