import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Subnet } from "../../../core/inventory/model.ts";
import { ok, type Result } from "../../../core/result.ts";
import { optional, readShape } from "./shape.ts";
import { TagItems, toTags } from "./tags.ts";

const Schema = z.object({
  SubnetId: z.string().min(1),
  VpcId: optional(z.string()),
  OwnerId: optional(z.string()),
  Tags: TagItems,
});

/** Reads one entry of `Subnets`. */
export function readSubnet(json: unknown, at: string): Result<Subnet, Diagnostic> {
  const read = readShape(Schema, json, at);
  if (!read.ok) return read;
  const { SubnetId, VpcId, OwnerId, Tags } = read.value;
  return ok({
    subnetId: SubnetId,
    vpcId: VpcId ?? "",
    ...(OwnerId === undefined ? {} : { ownerId: OwnerId }),
    tags: toTags(Tags),
  });
}
