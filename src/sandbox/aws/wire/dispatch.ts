import { AwsError } from "../model/aws-error.ts";
import type { SandboxWorld } from "../model/region-state.ts";
import { callContext, credentialScope, missingAuthentication } from "./context.ts";
import type { WireRequest, WireResponse } from "./http.ts";
import type { WireService } from "./service.ts";

/** Answers requests to any service of the sandbox. Rejects with ConnectionFault only. */
export type Dispatch = (request: WireRequest) => Promise<WireResponse>;

/** Sends each request to the service that its credential scope names. */
export function dispatcher(world: SandboxWorld, services: readonly WireService[]): Dispatch {
  const byName = new Map(services.map((service) => [service.name, service]));
  return async (request) => {
    const scope = credentialScope(request);
    const service = byName.get(scope?.service ?? guessService(request));
    const requestId = world.requestIds.uuid();
    if (service === undefined) return unknownService(scope?.service, requestId);
    try {
      if (scope === undefined) throw missingAuthentication(service.name);
      return await service.handle(request, callContext(world, request, scope));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return service.renderError(error, requestId);
    }
  };
}

/** An unsigned request names no service; its shape tells which one it means. */
function guessService(request: WireRequest): string {
  const target = request.headers["x-amz-target"] ?? "";
  if (target !== "") return TARGETS[target.split(".")[0] ?? ""] ?? "secretsmanager";
  const isForm = (request.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");
  if (!isForm) return "s3";
  const version = /(?:^|&)Version=([\d-]+)/.exec(new TextDecoder().decode(request.body))?.[1];
  return VERSIONS[version ?? ""] ?? "sts";
}

const TARGETS: Readonly<Record<string, string>> = {
  AmazonSQS: "sqs",
  secretsmanager: "secretsmanager",
  ServiceQuotasV20190624: "servicequotas",
};
const VERSIONS: Readonly<Record<string, string>> = {
  "2016-11-15": "ec2",
  "2014-10-31": "rds",
  "2011-06-15": "sts",
};

const unknownService = (name: string | undefined, requestId: string): WireResponse => ({
  status: 501,
  headers: { "content-type": "text/plain", "x-amzn-requestid": requestId },
  body: `The sandbox has no service ${JSON.stringify(name ?? "(unsigned request)")}\n`,
});
