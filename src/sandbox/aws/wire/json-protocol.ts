import { AwsError, ConnectionFault } from "../model/aws-error.ts";
import type { CallContext } from "../model/call.ts";
import type { SandboxWorld } from "../model/region-state.ts";
import { bodyText, type WireRequest, type WireResponse } from "./http.ts";
import { asAwsError } from "./query-protocol.ts";
import { type OperationCall, operationCall, type WireService } from "./service.ts";

export type JsonValue = string | number | boolean | null | undefined | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** One operation of a JSON service. `run` throws AwsError for what AWS refuses. */
export interface JsonOperation {
  readonly isWrite: boolean;
  readonly run: (input: JsonObject, call: OperationCall) => JsonObject | Promise<JsonObject>;
}

export interface JsonServiceDefinition {
  /** As in the credential scope. */
  readonly name: string;
  /** awsJson1_0 (SQS) or awsJson1_1 (Secrets Manager, Service Quotas). */
  readonly version: "1.0" | "1.1";
  readonly operations: Readonly<Record<string, JsonOperation>>;
}

/** A service that takes `X-Amz-Target: Prefix.Operation` and JSON bodies. Each call passes the call pipeline. */
export function jsonService(world: SandboxWorld, definition: JsonServiceDefinition): WireService {
  const { version, operations } = definition;
  const renderError = (error: Error, requestId: string) => jsonError(version, error, requestId);
  const run = async (name: string, input: JsonObject, context: CallContext): Promise<JsonObject> => {
    const operation = operations[name];
    if (operation === undefined) throw new AwsError("UnknownOperationException", `Unknown operation ${name}`);
    const call = operationCall(world, context);
    return world.calls.run({ context, operation: name, input, isWrite: operation.isWrite }, () =>
      operation.run(input, call),
    );
  };
  return {
    name: definition.name,
    renderError,
    call: (name, input, context) => run(name, input as JsonObject, context),
    handle: async (request, context) => {
      try {
        const name = request.headers["x-amz-target"]?.split(".").at(-1) ?? "";
        const output = await run(name, parseBody(request), context);
        return jsonResponse(version, 200, output, context.requestId);
      } catch (error) {
        if (error instanceof ConnectionFault) throw error;
        return renderError(error as Error, context.requestId);
      }
    },
  };
}

function parseBody(request: WireRequest): JsonObject {
  const text = bodyText(request);
  try {
    return text === "" ? {} : (JSON.parse(text) as JsonObject);
  } catch {
    throw new AwsError("SerializationException", "The request body is not valid JSON");
  }
}

function jsonError(version: "1.0" | "1.1", error: Error, requestId: string): WireResponse {
  const known = asAwsError(error);
  const body = { __type: known.code, message: known.message, ...known.extras.details };
  const response = jsonResponse(version, known.httpStatus, body, requestId);
  const queryError = known.extras.queryCode;
  const headers = { ...response.headers, "x-amzn-errortype": known.code };
  if (queryError === undefined) return { ...response, headers };
  // SDKs that grew up with the query protocol of SQS still expect its codes here:
  // https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
  return { ...response, headers: { ...headers, "x-amzn-query-error": `${queryError};${known.fault}` } };
}

const jsonResponse = (
  version: "1.0" | "1.1",
  status: number,
  body: JsonObject,
  requestId: string,
): WireResponse => ({
  status,
  headers: { "content-type": `application/x-amz-json-${version}`, "x-amzn-requestid": requestId },
  body: JSON.stringify(body),
});
