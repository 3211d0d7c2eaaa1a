import { AwsError } from "./aws-error.ts";
import type { CallContext } from "./call.ts";
import { partKey } from "./parts.ts";
import type { RegionState, SandboxWorld } from "./region-state.ts";

/** The part of an event that differs between operations. */
export interface TrailElements {
  readonly requestParameters: object;
  readonly responseElements: object | null;
}

/** One management event as CloudTrail writes it, and as EventBridge carries it in `detail`. */
export interface CloudTrailEvent extends TrailElements {
  readonly eventVersion: string;
  readonly userIdentity: object;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userAgent: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestID: string;
  readonly eventID: string;
  readonly readOnly: boolean;
  readonly eventType: string;
  readonly managementEvent: boolean;
  readonly recipientAccountId: string;
  readonly eventCategory: string;
}

/** Where a write happened. */
export interface TrailCall {
  readonly context: CallContext;
  readonly region: RegionState;
}

/** Makes the differing part of an event; the output is undefined when the call failed. */
export type TrailShape = (output: unknown) => TrailElements;

/** Writes down each write call, failed ones included, as CloudTrail does. */
export class CloudTrail {
  readonly events: CloudTrailEvent[] = [];
  /** Whether a trail with management events exists; event history is kept without one. */
  hasTrail = true;
  readonly #world: SandboxWorld;
  readonly #listeners = new Set<(event: CloudTrailEvent) => void>();

  constructor(world: SandboxWorld) {
    this.#world = world;
  }

  /** @returns a function that ends the subscription */
  subscribe(listener: (event: CloudTrailEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Runs a call and writes its event when `shape` says how. Accepts synchronous and asynchronous runs. */
  recorded<T>(
    call: TrailCall,
    operation: string,
    shape: TrailShape | undefined,
    run: () => T | Promise<T>,
  ): T | Promise<T> {
    if (shape === undefined) return run();
    try {
      const output = run();
      if (output instanceof Promise)
        return output.then((value) => this.#succeeded(call, operation, shape, value));
      return this.#succeeded(call, operation, shape, output);
    } catch (error) {
      if (error instanceof AwsError) this.#write(call, operation, shape(undefined), error);
      throw error;
    }
  }

  #succeeded<T>(call: TrailCall, operation: string, shape: TrailShape, output: T): T {
    this.#write(call, operation, shape(output), undefined);
    return output;
  }

  #write(
    { context }: TrailCall,
    operation: string,
    elements: TrailElements,
    error: AwsError | undefined,
  ): void {
    const ec2 = context.service === "ec2";
    const event: CloudTrailEvent = {
      eventVersion: "1.08",
      userIdentity: userIdentity(context),
      eventTime: new Date(this.#world.clock.now()).toISOString().replace(/\.\d+Z$/, "Z"),
      eventSource: `${context.service}.amazonaws.com`,
      eventName: operation,
      awsRegion: context.region,
      sourceIPAddress: "192.0.2.10",
      userAgent: context.userAgent,
      // EC2 alone says whose fault an error is: real events show `Client.InvalidPermission.NotFound`.
      ...(error === undefined
        ? {}
        : {
            errorCode: ec2 ? `${error.fault === "Sender" ? "Client" : "Server"}.${error.code}` : error.code,
            errorMessage: error.message,
          }),
      requestParameters: elements.requestParameters,
      responseElements: error === undefined ? elements.responseElements : null,
      requestID: context.requestId,
      eventID: this.#world.requestIds.uuid(),
      readOnly: false,
      eventType: "AwsApiCall",
      managementEvent: true,
      recipientAccountId: context.accountId,
      eventCategory: "Management",
    };
    this.events.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}

/** The trail of the whole sandbox: all accounts, all regions. */
export const trailOf = partKey("cloudTrail", (world: SandboxWorld) => new CloudTrail(world));

function userIdentity(context: CallContext): object {
  const { accountId, accessKeyId, principalArn, sessionName } = context;
  if (sessionName === undefined) {
    const userName = principalArn.split("/").at(-1) ?? "";
    return {
      type: "IAMUser",
      principalId: "AIDASANDBOXUSER000000",
      arn: principalArn,
      accountId,
      accessKeyId,
      userName,
    };
  }
  const roleName = principalArn.split("/").at(-2) ?? "";
  const principalId = "AROASANDBOXROLE000000";
  return {
    type: "AssumedRole",
    principalId: `${principalId}:${sessionName}`,
    arn: principalArn,
    accountId,
    accessKeyId,
    sessionContext: {
      sessionIssuer: {
        type: "Role",
        principalId,
        arn: `arn:aws:iam::${accountId}:role/${roleName}`,
        accountId,
        userName: roleName,
      },
      attributes: { mfaAuthenticated: "false" },
    },
  };
}
