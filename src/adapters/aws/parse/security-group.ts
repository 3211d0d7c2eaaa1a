import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { SecurityGroup, SecurityGroupId } from "../../../core/inventory/model.ts";
import { ok, type Result } from "../../../core/result.ts";
import { parseArn } from "./arn.ts";
import { readIpPermission } from "./ip-permission.ts";
import { list, optional, readShape } from "./shape.ts";
import { TagItems, toTags } from "./tags.ts";

const Schema = z.object({
  GroupId: z.string().min(1),
  GroupName: z.string(),
  VpcId: z.string().min(1),
  OwnerId: optional(z.string()),
  SecurityGroupArn: optional(z.string()),
  Tags: TagItems,
  IpPermissions: list(z.unknown()),
  // Told apart from an empty list: a snapshot without it does not say that nothing may go out.
  IpPermissionsEgress: optional(z.array(z.unknown())),
});

/** A group with the rules of its `IpPermissions`, and what of them could not be read. */
export interface ReadSecurityGroup {
  readonly group: SecurityGroup;
  readonly findings: readonly Diagnostic[];
}

/** Reads one entry of `SecurityGroups`. */
export function readSecurityGroup(json: unknown, at: string): Result<ReadSecurityGroup, Diagnostic> {
  const read = readShape(Schema, json, at);
  if (!read.ok) return read;
  const shape = read.value;
  const ownerId = shape.OwnerId ?? parseArn(shape.SecurityGroupArn ?? "")?.accountId;
  const named = `${at} "${shape.GroupId}"`;
  const parts = [
    ...shape.IpPermissions.map((permission, i) =>
      readIpPermission(permission, `${named}.IpPermissions[${i}]`, { direction: "ingress", ownerId }),
    ),
    ...(shape.IpPermissionsEgress ?? []).map((permission, i) =>
      readIpPermission(permission, `${named}.IpPermissionsEgress[${i}]`, { direction: "egress", ownerId }),
    ),
  ];
  return ok({
    group: {
      groupId: shape.GroupId as SecurityGroupId,
      groupName: shape.GroupName,
      vpcId: shape.VpcId,
      ownerId: ownerId ?? "",
      tags: toTags(shape.Tags),
      rules: parts.flatMap((p) => p.rules),
      ...(shape.IpPermissionsEgress === undefined ? { egressUnknown: true } : {}),
    },
    findings: parts.flatMap((p) => p.findings),
  });
}
