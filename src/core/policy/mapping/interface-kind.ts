import type { NetworkInterface } from "../../inventory/model.ts";
import type { MappedKind } from "./model.ts";

// What services write on the interfaces they make:
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html
const BY_TYPE: Readonly<Record<string, MappedKind>> = {
  lambda: "lambda",
  branch: "eks",
  network_load_balancer: "load_balancer",
  load_balancer: "load_balancer",
  gateway_load_balancer: "load_balancer",
  nat_gateway: "nat_gateway",
  vpc_endpoint: "vpc_endpoint",
};

const BY_DESCRIPTION: readonly (readonly [RegExp, MappedKind])[] = [
  [/^AWS Lambda VPC ENI/, "lambda"],
  [/^arn:aws[\w-]*:ecs:/, "ecs"],
  [/^Amazon EKS |^aws-k8s-|^aws-K8S-/, "eks"],
  [/^ELB /, "load_balancer"],
  [/^Interface for NAT Gateway/, "nat_gateway"],
  [/^VPC Endpoint Interface/, "vpc_endpoint"],
];

/** What an interface that hangs on no instance and no database belongs to. */
export function interfaceKind({ interfaceType, description, tags }: NetworkInterface): MappedKind {
  // Branch interfaces are those of pods or of tasks: only the description tells.
  const byDescription = BY_DESCRIPTION.find(([pattern]) => pattern.test(description))?.[1];
  const kind = byDescription ?? BY_TYPE[interfaceType];
  if (kind !== undefined) return kind;
  return tags?.["aws:ecs:clusterName"] === undefined && tags?.["aws:ecs:serviceName"] === undefined
    ? "interface"
    : "ecs";
}

/** An interface that RDS made for a database or a proxy: it is the database's, whatever the rules for others say. */
export const isDatabaseInterface = ({ requesterId, description }: NetworkInterface): boolean =>
  requesterId === "amazon-rds" ||
  description === "RDSNetworkInterface" ||
  description.startsWith("Network interface for DBProxy ");
