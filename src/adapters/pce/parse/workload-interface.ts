import { z } from "zod";
import type { Unreadable, WorkloadInterface } from "../../../core/policy/model.ts";
import { readPart } from "./shape.ts";

const PceInterface = z.object({
  name: z.string().nullish(),
  address: z.string().nullish(),
  cidr_block: z.int().min(0).max(128).nullish(),
  loopback: z.boolean().nullish(),
  network_detection_mode: z.string().nullish(),
});

const LINK_LOCAL = /^(?:169\.254\.|fe[89ab][0-9a-f]:)/i;
const LOOPBACK = /^(?:127\.|::1$)/;

/** Interfaces of one workload, and those that could not be read. */
export interface ParsedInterfaces {
  readonly interfaces: readonly WorkloadInterface[];
  readonly unreadable: readonly Unreadable[];
}

/**
 * Reads a workload's interfaces. The same name may occur twice, once per address. An interface that has no address
 * yet stands for no address.
 */
export function parseInterfaces(list: readonly unknown[], path: string): ParsedInterfaces {
  const interfaces: WorkloadInterface[] = [];
  const unreadable: Unreadable[] = [];
  for (const [index, json] of list.entries()) {
    const read = readPart(PceInterface, json, `${path}[${index}]`);
    if (!read.ok) unreadable.push(read.error);
    else if (read.value.address) interfaces.push(toInterface(read.value, read.value.address));
  }
  return { interfaces, unreadable };
}

/** An interface with its address. */
export function toInterface(pce: z.infer<typeof PceInterface>, address: string): WorkloadInterface {
  const common = {
    name: pce.name ?? "",
    address,
    loopback: pce.loopback === true || LOOPBACK.test(address),
    linkLocal: pce.network_detection_mode === "link_local" || LINK_LOCAL.test(address),
  };
  return typeof pce.cidr_block === "number" ? { ...common, cidrBlock: pce.cidr_block } : common;
}
