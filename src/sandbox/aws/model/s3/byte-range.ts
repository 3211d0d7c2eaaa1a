import { s3Error } from "./errors.ts";

/** Inclusive positions of a part of an object. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads `bytes=0-99`, `bytes=100-` and `bytes=-50`. Headers of any other shape are ignored, as S3 does.
 *
 * @throws AwsError InvalidRange when the range lies behind the end
 */
export function byteRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  const [, from = "", to = ""] = match ?? [];
  if (match === null || (from === "" && to === "")) return undefined;
  const range =
    from === ""
      ? { first: Math.max(0, size - Number(to)), last: size - 1 }
      : { first: Number(from), last: Math.min(to === "" ? size - 1 : Number(to), size - 1) };
  if (range.first >= size || range.last < range.first) throw s3Error("InvalidRange");
  return range;
}
