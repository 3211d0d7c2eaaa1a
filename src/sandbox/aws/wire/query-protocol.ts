import { AwsError, ConnectionFault } from "../model/aws-error.ts";
import type { CallContext } from "../model/call.ts";
import { type TrailElements, type TrailShape, trailOf } from "../model/cloud-trail.ts";
import type { SandboxWorld } from "../model/region-state.ts";
import { type FormStruct, parseForm } from "./form.ts";
import { flag, text } from "./form-fields.ts";
import { bodyText, type WireRequest, type WireResponse } from "./http.ts";
import { type OperationCall, operationCall, type WireService } from "./service.ts";
import { escapeXml, renderXml, type XmlStruct } from "./xml.ts";

/** One operation of a query service. `run` throws AwsError for what AWS refuses. */
export interface QueryOperation {
  readonly isWrite: boolean;
  readonly run: (input: FormStruct, call: OperationCall) => XmlStruct | Promise<XmlStruct>;
  /** How CloudTrail writes the call down; write operations without it leave no event. */
  readonly trail?: (input: FormStruct, output: XmlStruct | undefined, call: OperationCall) => TrailElements;
}

/** `ec2` has its own shape of lists, answers and errors; `query` is that of RDS and STS. */
export type QueryDialect = "ec2" | "query";

export interface QueryServiceDefinition {
  readonly name: string;
  readonly dialect: QueryDialect;
  /** As in the answers: `http://ec2.amazonaws.com/doc/2016-11-15/`. */
  readonly xmlNamespace: string;
  readonly operations: Readonly<Record<string, QueryOperation>>;
}

/** A service that takes form bodies and answers XML. Each call passes the call pipeline. */
export function queryService(world: SandboxWorld, definition: QueryServiceDefinition): WireService {
  const { dialect } = definition;
  const renderError = (error: Error, requestId: string) =>
    errorResponse(dialect, definition.xmlNamespace, error, requestId);
  return {
    name: definition.name,
    renderError,
    call: async (name, input, context) => {
      const operation = operationNamed(definition, name, "");
      return runOperation(world, { name, operation, input: input as FormStruct, dialect }, context);
    },
    handle: async (request, context) => {
      const input = parseForm(formOf(request), dialect === "ec2" ? "flat" : "wrapped");
      const name = text(input, "Action") ?? "";
      try {
        const operation = operationNamed(definition, name, text(input, "Version") ?? "");
        const output = await runOperation(world, { name, operation, input, dialect }, context);
        return okResponse(definition, name, output, context.requestId);
      } catch (error) {
        if (error instanceof ConnectionFault) throw error;
        return renderError(error as Error, context.requestId);
      }
    },
  };
}

interface Invocation {
  readonly name: string;
  readonly operation: QueryOperation;
  readonly input: FormStruct;
  readonly dialect: QueryDialect;
}

async function runOperation(
  world: SandboxWorld,
  invocation: Invocation,
  context: CallContext,
): Promise<XmlStruct> {
  const { name, operation, dialect } = invocation;
  const { Action: _action, Version: _version, ...input } = invocation.input;
  const dryRun = dialect === "ec2" && flag(input, "DryRun") === true;
  const call = operationCall(world, context);
  const shape = dryRun ? undefined : trailShape(operation, input, call);
  return world.calls.run({ context, operation: name, input, isWrite: operation.isWrite && !dryRun }, () => {
    if (dryRun)
      throw new AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412);
    return world.part(trailOf).recorded(call, name, shape, () => operation.run(input, call));
  });
}

/** What CloudTrail writes about this call; nothing about reads. */
function trailShape(
  operation: QueryOperation,
  input: FormStruct,
  call: OperationCall,
): TrailShape | undefined {
  const { trail } = operation;
  if (trail === undefined || !operation.isWrite) return undefined;
  return (output) => trail(input, output as XmlStruct | undefined, call);
}

const formOf = (request: WireRequest): string =>
  request.body.length > 0 ? bodyText(request) : request.query.toString();

function operationNamed(definition: QueryServiceDefinition, name: string, version: string): QueryOperation {
  const { dialect, operations } = definition;
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation !== undefined) return operation;
  const message =
    dialect === "query"
      ? `Could not find operation ${name} for version ${version}`
      : `The action ${name} is not valid for this web service.`;
  throw new AwsError("InvalidAction", message);
}

function okResponse(
  definition: QueryServiceDefinition,
  operation: string,
  output: XmlStruct,
  requestId: string,
): WireResponse {
  const open = `<${operation}Response xmlns="${definition.xmlNamespace}">`;
  const id = escapeXml(requestId);
  const content =
    definition.dialect === "ec2"
      ? `<requestId>${id}</requestId>${renderXml(output, "item")}`
      : `<${operation}Result>${renderXml(output, "member")}</${operation}Result>` +
        `<ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata>`;
  return xmlResponse(200, `${open}${content}</${operation}Response>`, requestId);
}

function errorResponse(
  dialect: QueryDialect,
  xmlNamespace: string,
  error: Error,
  requestId: string,
): WireResponse {
  const known = asAwsError(error);
  const code = escapeXml(known.code);
  const message = escapeXml(known.message);
  const id = escapeXml(requestId);
  const body =
    dialect === "ec2"
      ? `<Response><Errors><Error><Code>${code}</Code><Message>${message}</Message></Error></Errors>` +
        `<RequestID>${id}</RequestID></Response>`
      : `<ErrorResponse xmlns="${xmlNamespace}"><Error><Type>${known.fault}</Type><Code>${code}</Code>` +
        `<Message>${message}</Message></Error><RequestId>${id}</RequestId></ErrorResponse>`;
  return xmlResponse(known.httpStatus, body, requestId);
}

/** A bug of the sandbox itself becomes InternalError with its stack, so that tests show it. */
export const asAwsError = (error: Error): AwsError =>
  error instanceof AwsError
    ? error
    : new AwsError("InternalError", `Sandbox bug: ${error.stack ?? error.message}`, 500);

const xmlResponse = (status: number, body: string, requestId: string): WireResponse => ({
  status,
  headers: { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
});
