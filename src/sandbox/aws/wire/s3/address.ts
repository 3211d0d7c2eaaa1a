import type { WireRequest } from "../http.ts";

/** The bucket and key that a request names; either may be absent. */
export interface S3Address {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}

/**
 * Reads bucket and key from the path (`/bucket/key`) or, in virtual-host style, from the host name
 * (`bucket.s3.eu-west-1.amazonaws.com`, `bucket.localhost:4566`).
 */
export function s3Address(request: WireRequest): S3Address {
  const inHost = bucketInHost(request.headers.host ?? "");
  const path = request.path.replace(/^\//, "");
  if (inHost !== undefined) return { bucket: inHost, key: decoded(path) };
  const slash = path.indexOf("/");
  if (slash < 0) return { bucket: decoded(path), key: undefined };
  return { bucket: decoded(path.slice(0, slash)), key: decoded(path.slice(slash + 1)) };
}

function bucketInHost(host: string): string | undefined {
  const name = host.replace(/:\d+$/, "");
  return (
    /^(.+)\.s3[.-][a-z0-9.-]*amazonaws\.com(\.cn)?$/.exec(name)?.[1] ?? /^(.+)\.localhost$/.exec(name)?.[1]
  );
}

function decoded(text: string): string | undefined {
  return text === "" ? undefined : decodeURIComponent(text);
}
