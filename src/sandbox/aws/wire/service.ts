import type { CallContext } from "../model/call.ts";
import type { RegionState, SandboxWorld } from "../model/region-state.ts";
import type { WireRequest, WireResponse } from "./http.ts";

/** One AWS service on the wire, chosen by the service name of the credential scope. */
export interface WireService {
  /** As in the credential scope: `ec2`, `rds`, `s3`, `sqs`, `secretsmanager`, `servicequotas`, `sts`. */
  readonly name: string;
  handle(request: WireRequest, context: CallContext): WireResponse | Promise<WireResponse>;
  /**
   * The same call without the wire: the parsed request in, the answer out before it is rendered. Absent where requests
   * carry more than a structure (S3).
   *
   * @throws AwsError what AWS answers instead · ConnectionFault when the connection breaks
   */
  call?(operation: string, input: object, context: CallContext): Promise<object>;
  /** Renders an error that arose before the service could be called, in the service's own protocol. */
  renderError(error: Error, requestId: string): WireResponse;
}

/** What an operation of a service is given besides its input. */
export interface OperationCall {
  readonly context: CallContext;
  readonly region: RegionState;
  readonly world: SandboxWorld;
}

/** The state that a call works on. */
export const operationCall = (world: SandboxWorld, context: CallContext): OperationCall => ({
  context,
  region: world.region(context.accountId, context.region),
  world,
});
