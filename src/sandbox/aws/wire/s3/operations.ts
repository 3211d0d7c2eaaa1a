import { s3Error } from "../../model/s3/errors.ts";
import type { S3Bucket } from "../../model/s3/object.ts";
import { type S3Store, s3Store } from "../../model/s3/store.ts";
import { bodyText, type WireRequest, type WireResponse } from "../http.ts";
import type { OperationCall } from "../service.ts";
import type { S3Address } from "./address.ts";
import { bucketsResponse, listResponse, locationResponse } from "./list-response.ts";
import { objectResponse, versionHeaders } from "./object-response.ts";
import { putContent } from "./put-request.ts";

/** What an operation is given. */
export interface S3Call extends OperationCall {
  readonly request: WireRequest;
  readonly bucketName: string;
  readonly key: string;
}

/** One operation of S3. `run` throws AwsError for what AWS refuses. */
export interface S3Operation {
  readonly name: string;
  readonly isWrite: boolean;
  readonly run: (call: S3Call) => WireResponse;
}

const operation = (name: string, isWrite: boolean, run: (call: S3Call) => WireResponse): S3Operation => ({
  name,
  isWrite,
  run,
});

const SERVICE: Readonly<Record<string, S3Operation>> = {
  GET: operation("ListBuckets", false, ({ world, context }) =>
    bucketsResponse(context.accountId, world.part(s3Store).bucketsOf(context.accountId)),
  ),
};

const BUCKET: Readonly<Record<string, S3Operation>> = {
  GET: operation("ListObjectsV2", false, (call) => {
    const { store, bucket } = reach(call);
    return listResponse(call.request, bucket, store.objects(bucket.name));
  }),
  HEAD: operation("HeadBucket", false, (call) =>
    empty(200, { "x-amz-bucket-region": reach(call).bucket.region }),
  ),
  PUT: operation("CreateBucket", true, ({ world, context, request, bucketName }) => {
    const region = /<LocationConstraint>([^<]+)</.exec(bodyText(request))?.[1] ?? context.region;
    world.part(s3Store).createBucket({ name: bucketName, accountId: context.accountId, region });
    return empty(200, { location: `/${bucketName}` });
  }),
};

const LOCATION = operation("GetBucketLocation", false, (call) => locationResponse(reach(call).bucket.region));

const OBJECT: Readonly<Record<string, S3Operation>> = {
  GET: operation("GetObject", false, (call) => objectResponse(call.request, find(call), true)),
  HEAD: operation("HeadObject", false, (call) => objectResponse(call.request, find(call), false)),
  PUT: operation("PutObject", true, (call) => {
    const { store, bucket } = reach(call);
    const { bytes, attributes } = putContent(call.request);
    if (call.request.headers["if-none-match"] === "*" && store.hasObject(bucket.name, call.key))
      throw s3Error("PreconditionFailed");
    const match = call.request.headers["if-match"];
    if (match !== undefined && match !== `"${store.getObject(bucket.name, call.key).eTag}"`)
      throw s3Error("PreconditionFailed");
    const object = store.putObject(bucket.name, call.key, bytes, attributes);
    return empty(200, { ...versionHeaders(object), ...attributes.checksums });
  }),
  DELETE: operation("DeleteObject", true, (call) => {
    const { store, bucket } = reach(call);
    store.deleteObject(bucket.name, call.key, call.request.query.get("versionId") ?? undefined);
    return empty(204, {});
  }),
};

/** Sub-resources that are operations of their own; those the sandbox does not have must not look like others. */
const SUBRESOURCE =
  /^(acl|cors|lifecycle|notification|policy|tagging|uploads|uploadId|versioning|versions|encryption|delete)$/;

/** The operation that method and address mean. @throws AwsError NotImplemented */
export function chooseOperation(request: WireRequest, address: S3Address): S3Operation {
  const { query, method } = request;
  if (address.bucket !== undefined && address.key === undefined && query.has("location")) return LOCATION;
  const table = address.bucket === undefined ? SERVICE : address.key === undefined ? BUCKET : OBJECT;
  const chosen = table[method];
  const unknown = [...query.keys()].some((key) => SUBRESOURCE.test(key));
  if (chosen === undefined || unknown || request.headers["x-amz-copy-source"] !== undefined) {
    throw s3Error("NotImplemented", { Resource: `${method} ${request.path}` });
  }
  return chosen;
}

/** The bucket, if the caller speaks to its region and expects its owner. */
function reach({ world, context, request, bucketName }: S3Call): {
  readonly store: S3Store;
  readonly bucket: S3Bucket;
} {
  const store = world.part(s3Store);
  const bucket = store.bucket(bucketName);
  if (bucket.region !== context.region) {
    throw s3Error("PermanentRedirect", {
      Bucket: bucketName,
      Endpoint: `s3.${bucket.region}.amazonaws.com`,
      Region: bucket.region,
    });
  }
  const expectedOwner = request.headers["x-amz-expected-bucket-owner"];
  if (expectedOwner !== undefined && expectedOwner !== bucket.accountId) throw s3Error("AccessDenied");
  return { store, bucket };
}

function find(call: S3Call) {
  const { store, bucket } = reach(call);
  return store.getObject(bucket.name, call.key, call.request.query.get("versionId") ?? undefined);
}

const empty = (status: number, headers: Record<string, string>): WireResponse => ({
  status,
  headers,
  body: "",
});
