import { s3Error } from "../../model/s3/errors.ts";

/** A body freed of its `aws-chunked` framing. */
export interface DecodedBody {
  readonly bytes: Uint8Array;
  /** Trailing headers, names in lower case. */
  readonly trailers: Readonly<Record<string, string>>;
}

/**
 * Decodes `aws-chunked`: chunks of `hex-length[;chunk-signature=…]CRLF bytes CRLF`, ended by one of length 0 and
 * trailing headers such as `x-amz-checksum-crc32:…`. SDKs send streams this way.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 *
 * @throws AwsError IncompleteBody
 */
export function decodeChunkedBody(body: Uint8Array): DecodedBody {
  const source = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const chunks: Uint8Array[] = [];
  let position = 0;
  for (;;) {
    const lineEnd = source.indexOf("\r\n", position);
    if (lineEnd < 0) throw s3Error("IncompleteBody");
    const size = Number.parseInt(source.toString("latin1", position, lineEnd).split(";")[0] ?? "", 16);
    const start = lineEnd + 2;
    if (!Number.isInteger(size) || start + size > source.length) throw s3Error("IncompleteBody");
    if (size === 0)
      return { bytes: Buffer.concat(chunks), trailers: parseTrailers(source.toString("latin1", start)) };
    chunks.push(source.subarray(start, start + size));
    position = start + size + 2;
  }
}

function parseTrailers(text: string): Readonly<Record<string, string>> {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(":"));
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}
