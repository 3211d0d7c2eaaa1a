/** Who calls what, from where: read from the SigV4 credential scope. */
export interface CallContext {
  readonly accountId: string;
  readonly region: string;
  /** The service name of the credential scope: `ec2`, `rds`, `s3`, … */
  readonly service: string;
  readonly accessKeyId: string;
  readonly principalArn: string;
  /** Set when the caller is an assumed role. */
  readonly sessionName?: string;
  readonly userAgent: string;
  readonly requestId: string;
}

/** One API call, before it is carried out. `input` is the parsed request. */
export interface SandboxCall {
  readonly context: CallContext;
  readonly operation: string;
  readonly input: unknown;
  readonly isWrite: boolean;
}

/** How a call ended in the model: what took effect, not what the client saw of it. */
export type CallOutcome =
  | { readonly kind: "ok"; readonly output: unknown }
  | { readonly kind: "error"; readonly error: Error };

/** Told to listeners before and after each call. */
export type CallEvent =
  | { readonly phase: "before"; readonly call: SandboxCall }
  | { readonly phase: "after"; readonly call: SandboxCall; readonly outcome: CallOutcome };

/** One line of the call log. `seen` is what the client got, which a fault may have changed. Outputs are not kept. */
export interface CallRecord {
  readonly atMs: number;
  readonly call: SandboxCall;
  readonly tookEffect: "ok" | "error" | "notExecuted";
  readonly seen: "ok" | string;
  /** How old the state was that a stale read answered; absent for the present. */
  readonly staleMs?: number;
}
