import { z } from "zod";
import type { Diagnostic } from "../../../core/diagnostic.ts";
import type { NetworkInterface } from "../../../core/inventory/model.ts";
import { readNetworkInterface } from "./network-interface.ts";
import { type ReadList, readEach } from "./read-each.ts";
import { list, optional, readShape } from "./shape.ts";

const Reservation = z.object({ Instances: list(z.unknown()) });
const Instance = z.object({ InstanceId: optional(z.string()), NetworkInterfaces: list(z.unknown()) });

/**
 * The interfaces that `Reservations` of DescribeInstances carries: they stand in for a snapshot that has no
 * DescribeNetworkInterfaces.
 */
export function instanceInterfaces(
  reservations: readonly unknown[],
): Pick<ReadList<NetworkInterface>, "values" | "findings"> {
  const values: NetworkInterface[] = [];
  const findings: Diagnostic[] = [];
  const instances = readEach(reservations, "Reservations", (json, at) => readShape(Reservation, json, at));
  findings.push(...instances.findings);
  for (const json of instances.values.flatMap((r) => r.Instances)) {
    const instance = readShape(Instance, json, "Reservations[].Instances[]");
    if (!instance.ok) {
      findings.push(instance.error);
      continue;
    }
    const { InstanceId, NetworkInterfaces } = instance.value;
    const interfaces = readEach(NetworkInterfaces, `Instance "${InstanceId}".NetworkInterfaces`, (eni, at) =>
      readNetworkInterface(eni, at, InstanceId),
    );
    values.push(...interfaces.values);
    findings.push(...interfaces.findings);
  }
  return { values, findings };
}
