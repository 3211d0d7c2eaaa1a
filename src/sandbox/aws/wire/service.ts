import type { CallContext } from "../model/call.ts";
import type { RegionState, SandboxWorld } from "../model/region-state.ts";
import type { WireRequest, WireResponse } from "./http.ts";

/** One AWS service on the wire, chosen by the service name of the credential scope. */
export interface WireService {
  /** As in the credential scope: `ec2`, `rds`, `s3`, `sqs`, `secretsmanager`, `servicequotas`, `sts`. */
  readonly name: string;
  handle(request: WireRequest, context: CallContext): WireResponse | Promise<WireResponse>;
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
