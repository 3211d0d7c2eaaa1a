import type { SandboxWorld } from "../../model/region-state.ts";
import type { WireRequest } from "../http.ts";
import { jsonService } from "../json-protocol.ts";
import type { WireService } from "../service.ts";
import { MESSAGE_OPERATIONS } from "./message-operations.ts";
import { answerQuery, isQueryRequest } from "./query-facade.ts";
import { queueOperations } from "./queue-operations.ts";

/** SQS on the wire: awsJson1_0, and the query protocol of older clients. Queue URLs carry the host that the caller used, because SDKs send to that host. */
export function sqsService(world: SandboxWorld): WireService {
  const at = (baseUrl: string): WireService =>
    jsonService(world, {
      name: "sqs",
      version: "1.0",
      operations: { ...queueOperations(baseUrl), ...MESSAGE_OPERATIONS },
    });
  return {
    name: "sqs",
    renderError: (error, requestId) => at("").renderError(error, requestId),
    handle: (request, context) => {
      const service = at(baseUrlOf(request));
      return isQueryRequest(request)
        ? answerQuery(service, request, context)
        : service.handle(request, context);
    },
  };
}

function baseUrlOf(request: WireRequest): string {
  const host = request.headers.host ?? "sqs.amazonaws.com";
  return `${/\.amazonaws\.com(\.cn)?$/.test(host) ? "https" : "http"}://${host}`;
}
