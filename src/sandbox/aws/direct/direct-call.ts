import type { $SchemaRef } from "@smithy/types";
import { AwsError, ConnectionFault } from "../model/aws-error.ts";
import type { SandboxAws } from "../sandbox-aws.ts";
import { callContext } from "../wire/context.ts";
import { asAwsError } from "../wire/query-protocol.ts";
import type { XmlStruct } from "../wire/xml.ts";
import { fromXml, toForm } from "./convert.ts";
import { shapeOf } from "./shape.ts";

/** What a command of an AWS SDK v3 client carries. */
export interface SdkCommand {
  readonly input: object;
}

/** Who calls which service, as a credential scope says it. */
export interface DirectScope {
  readonly service: string;
  readonly region: string;
  readonly accessKeyId: string;
}

/** A call that can be made, any number of times. */
export interface DirectCall {
  readonly operation: string;
  /** As the sandbox takes it, and as its call log has it. */
  readonly input: object;
  /** @throws what the SDK would: an error with the code of AWS in `name`, or a broken connection with Node's code */
  readonly make: () => Promise<object>;
}

type OperationSchema = readonly [number, string, string, unknown, $SchemaRef, $SchemaRef];

/** These speak JSON, in which the SDK's names are the names on the wire. */
const JSON_SERVICES: ReadonlySet<string> = new Set(["servicequotas", "secretsmanager", "sqs"]);

/**
 * An SDK command as a call to the models of a sandbox, past signing, HTTP and XML. It passes the same call pipeline, so
 * throttles, faults, stale reads and the log are the same.
 */
export function directCall(sandbox: SandboxAws, scope: DirectScope, command: SdkCommand): DirectCall {
  const [, , operation, , input, output] = (command as { readonly schema?: OperationSchema }).schema ?? [];
  const service = sandbox.service(scope.service);
  if (operation === undefined || service?.call === undefined)
    throw new Error(`The sandbox has no direct calls of service "${scope.service}"`);
  const ec2 = scope.service === "ec2";
  const isJson = JSON_SERVICES.has(scope.service);
  const form = isJson ? command.input : toForm(shapeOf(input as $SchemaRef, ec2), command.input);
  const make = async (): Promise<object> => {
    try {
      const context = callContext(sandbox.world, { headers: {} }, scope);
      const answer = await service.call?.(operation, form, context);
      return isJson ? (answer ?? {}) : fromXml(shapeOf(output as $SchemaRef, ec2), answer as XmlStruct);
    } catch (error) {
      throw asSdkError(error);
    }
  };
  return { operation, input: form, make };
}

function asSdkError(error: unknown): Error {
  if (error instanceof ConnectionFault) {
    const lost = error.kind === "connectionReset";
    return Object.assign(new Error(lost ? "socket hang up" : error.message), {
      name: lost ? "Error" : "TimeoutError",
      code: lost ? "ECONNRESET" : "ETIMEDOUT",
    });
  }
  if (!(error instanceof Error)) return new Error(String(error));
  const { code, message, httpStatus, fault } = error instanceof AwsError ? error : asAwsError(error);
  return Object.assign(new Error(message), {
    name: code,
    Code: code,
    $fault: fault === "Receiver" ? "server" : "client",
    $metadata: { httpStatusCode: httpStatus },
  });
}
