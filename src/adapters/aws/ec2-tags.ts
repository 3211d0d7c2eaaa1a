import type { Tag, TagSpecification } from "@aws-sdk/client-ec2";
import type { Tags } from "../../core/inventory/model.ts";

/** Tags as EC2 and RDS take them. */
export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** Tags for what a call creates; no field at all without tags, which EC2 would refuse. */
export function tagSpecifications(
  type: "security-group" | "security-group-rule" | "vpc-flow-log",
  tags: Tags,
): { TagSpecifications?: TagSpecification[] } {
  const list = tagList(tags);
  return list.length === 0 ? {} : { TagSpecifications: [{ ResourceType: type, Tags: list }] };
}
