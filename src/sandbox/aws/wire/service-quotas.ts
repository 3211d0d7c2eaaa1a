import { AwsError } from "../model/aws-error.ts";
import { VPC_QUOTA, type VpcQuotas, vpcQuotas } from "../model/quotas.ts";
import type { RegionState, SandboxWorld } from "../model/region-state.ts";
import { requiredString } from "./json-fields.ts";
import { type JsonObject, jsonService } from "./json-protocol.ts";
import type { WireService } from "./service.ts";

const NAMES: Readonly<Record<string, string>> = {
  [VPC_QUOTA.rulesPerSecurityGroup]: "Inbound or outbound rules per security group",
  [VPC_QUOTA.securityGroupsPerInterface]: "Security groups per network interface",
  [VPC_QUOTA.securityGroupsPerRegion]: "VPC security groups per Region",
};

/** Service Quotas on the wire (awsJson1_1): the quotas of service `vpc` that the sandbox obeys. */
export function serviceQuotasService(world: SandboxWorld): WireService {
  return jsonService(world, {
    name: "servicequotas",
    version: "1.1",
    operations: {
      GetServiceQuota: {
        isWrite: false,
        run: (input, { region }) => quotaAnswer(region, input, (quotas, code) => quotas.applied(code)),
      },
      GetAWSDefaultServiceQuota: {
        isWrite: false,
        run: (input, { region }) => quotaAnswer(region, input, (quotas, code) => quotas.defaultValue(code)),
      },
      ListServiceQuotas: {
        isWrite: false,
        run: (_input, { region }) => {
          const quotas = region.part(vpcQuotas);
          return { Quotas: quotas.codes().map((code) => quotaJson(region, code, quotas.applied(code) ?? 0)) };
        },
      },
    },
  });
}

function quotaAnswer(
  region: RegionState,
  input: JsonObject,
  read: (quotas: VpcQuotas, code: string) => number | undefined,
): JsonObject {
  const serviceCode = requiredString(input, "ServiceCode");
  const quotaCode = requiredString(input, "QuotaCode");
  const value = serviceCode === "vpc" ? read(region.part(vpcQuotas), quotaCode) : undefined;
  if (value === undefined) {
    const message = "The request failed because the specified service quota does not exist.";
    throw new AwsError("NoSuchResourceException", message);
  }
  return { Quota: quotaJson(region, quotaCode, value) };
}

function quotaJson(region: RegionState, quotaCode: string, value: number): JsonObject {
  return {
    ServiceCode: "vpc",
    ServiceName: "Amazon Virtual Private Cloud (Amazon VPC)",
    QuotaArn: region.arn("servicequotas", `vpc/${quotaCode}`),
    QuotaCode: quotaCode,
    QuotaName: NAMES[quotaCode] ?? quotaCode,
    Value: value,
    Unit: "None",
    Adjustable: true,
    GlobalQuota: false,
  };
}
