import { ConnectionFault } from "../../model/aws-error.ts";
import type { SandboxWorld } from "../../model/region-state.ts";
import type { WireRequest, WireResponse } from "../http.ts";
import { asAwsError } from "../query-protocol.ts";
import { operationCall, type WireService } from "../service.ts";
import { renderXml } from "../xml.ts";
import { s3Address } from "./address.ts";
import { chooseOperation } from "./operations.ts";

/** S3 on the wire: REST with XML, buckets in the path or in the host name. Each call passes the call pipeline. */
export function s3Service(world: SandboxWorld): WireService {
  return {
    name: "s3",
    renderError: (error, requestId) => errorResponse(error, requestId, true),
    handle: async (request, context) => {
      try {
        const address = s3Address(request);
        const operation = chooseOperation(request, address);
        const place = { bucketName: address.bucket ?? "", key: address.key ?? "" };
        const call = { ...operationCall(world, context), request, ...place };
        const input = inputOf(request, place);
        const response = await world.calls.run(
          { context, operation: operation.name, input, isWrite: operation.isWrite },
          () => operation.run(call),
        );
        return withIds(response, context.requestId);
      } catch (error) {
        if (error instanceof ConnectionFault) throw error;
        return errorResponse(error as Error, context.requestId, request.method !== "HEAD");
      }
    },
  };
}

function inputOf(request: WireRequest, place: { readonly bucketName: string; readonly key: string }): object {
  const query = Object.fromEntries([...request.query].filter(([name]) => name !== "x-id"));
  return { Bucket: place.bucketName, ...(place.key === "" ? {} : { Key: place.key }), ...query };
}

/** Answers to HEAD, and 304, have no body: the client sees the status alone. */
function errorResponse(error: Error, requestId: string, withBody: boolean): WireResponse {
  const known = asAwsError(error);
  const { details } = known.extras;
  const content = {
    Code: known.code,
    Message: known.message,
    ...details,
    RequestId: requestId,
    HostId: "sandbox",
  };
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${renderXml(content, "")}</Error>`;
  const region = details?.Region;
  const headers = {
    "content-type": "application/xml",
    ...(region === undefined ? {} : { "x-amz-bucket-region": region }),
  };
  const empty = !withBody || known.httpStatus === 304;
  return withIds({ status: known.httpStatus, headers, body: empty ? "" : body }, requestId);
}

function withIds(response: WireResponse, requestId: string): WireResponse {
  return {
    ...response,
    headers: {
      ...response.headers,
      "x-amz-request-id": requestId,
      "x-amz-id-2": "sandbox",
      server: "AmazonS3",
    },
  };
}
