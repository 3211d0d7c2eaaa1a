import { AwsError } from "../aws-error.ts";

const STATUS = {
  NoSuchBucket: [404, "The specified bucket does not exist"],
  NoSuchKey: [404, "The specified key does not exist."],
  NoSuchVersion: [404, "The specified version does not exist."],
  BucketAlreadyExists: [409, "The requested bucket name is not available."],
  BucketAlreadyOwnedByYou: [
    409,
    "Your previous request to create the named bucket succeeded and you already own it.",
  ],
  InvalidBucketName: [400, "The specified bucket is not valid."],
  InvalidRange: [416, "The requested range is not satisfiable"],
  InvalidArgument: [400, "Invalid Argument"],
  InvalidRequest: [400, "The request is not valid"],
  IncompleteBody: [
    400,
    "You did not provide the number of bytes specified by the Content-Length HTTP header.",
  ],
  BadDigest: [400, "The checksum you specified did not match the calculated checksum."],
  PreconditionFailed: [412, "At least one of the pre-conditions you specified did not hold"],
  NotModified: [304, "Not Modified"],
  AccessDenied: [403, "Access Denied"],
  MethodNotAllowed: [405, "The specified method is not allowed against this resource."],
  PermanentRedirect: [
    301,
    "The bucket you are attempting to access must be addressed using the specified endpoint.",
  ],
  NotImplemented: [501, "A header or query you provided implies functionality that is not implemented."],
} as const satisfies Record<string, readonly [status: number, message: string]>;

/** An error with the code, the HTTP status and the text of S3. */
export function s3Error(code: keyof typeof STATUS, details: Readonly<Record<string, string>> = {}): AwsError {
  const [status, message] = STATUS[code];
  return new AwsError(code, message, status, { details });
}
