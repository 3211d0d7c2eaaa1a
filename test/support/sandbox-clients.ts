import { type AwsClients, type AwsClientsOptions, awsClients } from "../../src/adapters/aws/aws-clients.ts";
import { inProcessRequestHandler } from "../../src/sandbox/aws/in-process.ts";
import { createSandboxAws, type SandboxAws } from "../../src/sandbox/aws/sandbox-aws.ts";

/** Clients of Moat's adapter that talk to a fresh sandbox in this process, in eu-west-1. */
export function sandboxClients(options: AwsClientsOptions = {}): {
  readonly sandbox: SandboxAws;
  readonly clients: AwsClients;
} {
  const sandbox = createSandboxAws({ region: "eu-west-1" });
  const clients = awsClients({
    region: "eu-west-1",
    credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" },
    requestHandler: inProcessRequestHandler(sandbox),
    maxAttempts: 2,
    ...options,
  });
  return { sandbox, clients };
}

/** The operations of the calls so far, writes and reads, in their order. */
export const operations = (sandbox: SandboxAws): readonly string[] =>
  sandbox.calls.map((c) => c.call.operation);
