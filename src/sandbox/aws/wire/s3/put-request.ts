import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import { s3Error } from "../../model/s3/errors.ts";
import type { ObjectAttributes } from "../../model/s3/object.ts";
import type { WireRequest } from "../http.ts";
import { decodeChunkedBody } from "./chunked-body.ts";

/** What a PutObject stores. */
export interface PutContent {
  readonly bytes: Uint8Array;
  readonly attributes: ObjectAttributes;
}

/** Reads body, checksums and metadata of a PutObject. @throws AwsError BadDigest, IncompleteBody */
export function putContent(request: WireRequest): PutContent {
  const encodings = (request.headers["content-encoding"] ?? "").split(",").map((encoding) => encoding.trim());
  const chunked =
    encodings.includes("aws-chunked") ||
    (request.headers["x-amz-content-sha256"] ?? "").startsWith("STREAMING-");
  const { bytes, trailers } = chunked
    ? decodeChunkedBody(request.body)
    : { bytes: request.body, trailers: {} };
  const declared = request.headers["x-amz-decoded-content-length"];
  if (chunked && declared !== undefined && Number(declared) !== bytes.length) throw s3Error("IncompleteBody");
  const checksums = checksumsOf({ ...request.headers, ...trailers });
  checkDigests(bytes, checksums, request.headers["content-md5"]);
  const contentEncoding = encodings
    .filter((encoding) => encoding !== "" && encoding !== "aws-chunked")
    .join(",");
  const contentType = request.headers["content-type"];
  return {
    bytes,
    attributes: {
      ...(contentType === undefined ? {} : { contentType }),
      ...(contentEncoding === "" ? {} : { contentEncoding }),
      metadata: metadataOf(request.headers),
      checksums,
    },
  };
}

function checksumsOf(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const isChecksum = (name: string): boolean =>
    /^x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256)$/.test(name);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => isChecksum(name)));
}

function metadataOf(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("x-amz-meta-")));
}

function checkDigests(
  bytes: Uint8Array,
  checksums: Readonly<Record<string, string>>,
  contentMd5: string | undefined,
): void {
  const digests: readonly (readonly [claimed: string | undefined, actual: () => string])[] = [
    [checksums["x-amz-checksum-crc32"], () => crc32Base64(bytes)],
    [checksums["x-amz-checksum-sha1"], () => createHash("sha1").update(bytes).digest("base64")],
    [checksums["x-amz-checksum-sha256"], () => createHash("sha256").update(bytes).digest("base64")],
    [contentMd5, () => createHash("md5").update(bytes).digest("base64")],
  ];
  for (const [claimed, actual] of digests) {
    if (claimed !== undefined && claimed !== actual()) throw s3Error("BadDigest");
  }
}

function crc32Base64(bytes: Uint8Array): string {
  const digest = Buffer.alloc(4);
  digest.writeUInt32BE(crc32(bytes));
  return digest.toString("base64");
}
