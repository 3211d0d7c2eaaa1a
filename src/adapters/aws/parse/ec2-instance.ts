import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { Instance, NetworkInterface } from "../../../core/inventory/model.ts";
import { readNetworkInterface } from "./network-interface.ts";
import { readEach } from "./read-each.ts";
import { list, optional, readShape } from "./shape.ts";
import { TagItems, toTags } from "./tags.ts";

const Reservation = z.object({ Instances: list(z.unknown()) });
const InstanceShape = z.object({
  InstanceId: z.string().min(1),
  State: optional(z.object({ Name: optional(z.string()) })),
  NetworkInterfaces: list(z.unknown()),
  Tags: TagItems,
});

/** What `Reservations` of DescribeInstances carries. */
export interface ReadInstances {
  /** Those that are not terminated. */
  readonly instances: readonly Instance[];
  /** Their interfaces: they stand in for a snapshot that has no DescribeNetworkInterfaces. */
  readonly interfaces: readonly NetworkInterface[];
  readonly findings: readonly Diagnostic[];
}

/** Reads the instances of all reservations. */
export function readInstances(reservations: readonly unknown[]): ReadInstances {
  const interfaces: NetworkInterface[] = [];
  const instances: Instance[] = [];
  const read = readEach(reservations, "Reservations", (json, at) => readShape(Reservation, json, at));
  const findings: Diagnostic[] = [...read.findings];
  for (const json of read.values.flatMap((r) => r.Instances)) {
    const instance = readShape(InstanceShape, json, "Reservations[].Instances[]");
    if (!instance.ok) {
      findings.push(instance.error);
      continue;
    }
    const { InstanceId, State, NetworkInterfaces, Tags } = instance.value;
    if (State?.Name === "terminated") continue;
    const own = readEach(NetworkInterfaces, `Instance "${InstanceId}".NetworkInterfaces`, (eni, at) =>
      readNetworkInterface(eni, at, InstanceId),
    );
    instances.push({ instanceId: InstanceId, tags: toTags(Tags) });
    interfaces.push(...own.values);
    findings.push(...own.findings);
  }
  return { instances, interfaces, findings };
}
