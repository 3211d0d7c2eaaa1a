import { formatAddress, parseAddress } from "../../../core/net/address.ts";
import type { Workload } from "../../../core/policy/model.ts";
import { type FileReader, note, readPart } from "./file-reader.ts";
import { giveLabel, type LabelBook } from "./label-book.ts";
import { WorkloadSchema } from "./policy-schema.ts";

export const workloadHref = ({ root }: FileReader, name: string): string => `${root}/workloads/${name}`;

/** Reads one entry of `workloads`. */
export function readWorkload(
  reader: FileReader,
  book: LabelBook,
  raw: unknown,
  index: number,
): Workload | undefined {
  const path = ["workloads", index];
  const shape = readPart(reader, WorkloadSchema, raw, path);
  if (shape === undefined) return undefined;
  const interfaces = shape.addresses.flatMap((text, i) => {
    const address = parseAddress(text);
    if (address.ok) {
      return [{ name: `eth${i}`, address: formatAddress(address.value), loopback: false, linkLocal: false }];
    }
    const isBlock = text.includes("/");
    note(reader, [...path, "addresses", i], {
      ...address.error,
      code: "POLICY_ADDRESS_INVALID",
      ...(isBlock ? { fix: `a workload has single addresses; put ${text} under "ip_lists"` } : {}),
    });
    return [];
  });
  return {
    href: workloadHref(reader, shape.name),
    name: shape.name,
    ...(shape.hostname === undefined ? {} : { hostname: shape.hostname }),
    ...(shape.external_data_reference === undefined
      ? {}
      : { externalDataReference: shape.external_data_reference }),
    ...(shape.public_ip === undefined ? {} : { publicIp: shape.public_ip }),
    managed: false,
    interfaces,
    ignoredInterfaceNames: [],
    labels: Object.entries(shape.labels).map(([key, value]) =>
      giveLabel(reader, book, key, value, [...path, "labels", key]),
    ),
    unreadable: [],
  };
}
