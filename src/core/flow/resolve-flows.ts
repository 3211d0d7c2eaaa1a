import type { OrientedBy } from "./conversation.ts";
import type { FlowRows } from "./flow-rows.ts";
import { FlowTable } from "./flow-table.ts";
import type { KnownDatabases } from "./known-databases.ts";
import { type FlowEnd, orientFlow } from "./orient-flow.ts";
import {
  A,
  A_HAS_NO_PORT,
  A_IS_IPV6,
  ACCEPT,
  ACTION_MASK,
  ACTION_SHIFT,
  B,
  B_HAS_NO_PORT,
  B_IS_IPV6,
  BY_SHIFT,
  INTERFACES,
  META,
  NO_ACTION,
  ORIENTED,
  PORTS,
  REJECT,
  ROW_WORDS,
  SAW,
  SAW_FROM_A,
  SAW_FROM_B,
} from "./row-layout.ts";
import { swappedMeta, swappedPorts } from "./undetermined-flow.ts";

/** Weakest first: the BY bits of a resolved row. */
export const EVIDENCE: readonly OrientedBy[] = ["unknown", "port", "database", "syn"];

/**
 * Orients every flow on all that was read, and folds those of the same consumer, provider, port, protocol and action
 * into one row, with the strongest evidence of them in the BY bits.
 */
export function resolveFlows(table: FlowRows, databases: KnownDatabases): FlowTable {
  const { flows } = table;
  const resolved = new FlowTable();
  for (let at = 0; at < flows.size * ROW_WORDS; at += ROW_WORDS) {
    const meta = flows.rows[at + META] as number;
    const to =
      (meta & ORIENTED) === 0
        ? foldUndetermined(table, at, databases, resolved)
        : foldOriented(flows, at, resolved);
    resolved.addRow(to, flows, at);
    if (flows.rows[at + INTERFACES] === 0) continue;
    for (const number of flows.interfacesOf(at)) resolved.addInterface(to, number);
  }
  return resolved;
}

function foldOriented(flows: FlowTable, at: number, resolved: FlowTable): number {
  const { rows } = flows;
  const to = resolved.locate(
    rows[at + A] as number,
    rows[at + B] as number,
    rows[at + PORTS] as number,
    rows[at + META] as number,
  );
  noteEvidence(resolved, to, "syn");
  return to;
}

function foldUndetermined(
  table: FlowRows,
  at: number,
  databases: KnownDatabases,
  resolved: FlowTable,
): number {
  const { rows } = table.flows;
  const a = rows[at + A] as number;
  const b = rows[at + B] as number;
  const ports = rows[at + PORTS] as number;
  const meta = rows[at + META] as number;
  const saw = rows[at + SAW] as number;
  const endA: FlowEnd = {
    address: addressOf(table, a, meta & A_IS_IPV6),
    port: (meta & A_HAS_NO_PORT) === 0 ? ports >>> 16 : -1,
    sent: (saw & SAW_FROM_A) !== 0,
    isSynProvider: hasSyn(table.flows, b, a, swappedPorts(ports), swappedMeta(meta)),
  };
  const endB: FlowEnd = {
    address: addressOf(table, b, meta & B_IS_IPV6),
    port: (meta & B_HAS_NO_PORT) === 0 ? ports & 0xffff : -1,
    sent: (saw & SAW_FROM_B) !== 0,
    isSynProvider: hasSyn(table.flows, a, b, ports, meta),
  };
  const { provider, by } = orientFlow(endA, endB, databases);
  const to =
    provider === "b"
      ? resolved.locate(a, b, ports & 0xffff, orientedMeta(meta))
      : resolved.locate(b, a, ports >>> 16, orientedMeta(swappedMeta(meta)));
  noteEvidence(resolved, to, by);
  return to;
}

/** The META word of a flow whose A is the consumer: the consumer's port is no longer part of it. */
export function orientedMeta(meta: number): number {
  return (meta | ORIENTED) & ~A_HAS_NO_PORT;
}

/** Whether a SYN shows A opening a connection to B's port, whatever became of it. */
function hasSyn(flows: FlowTable, a: number, b: number, ports: number, meta: number): boolean {
  const any = orientedMeta(meta) & ~ACTION_MASK;
  const port = ports & 0xffff;
  return (
    flows.find(a, b, port, any | (ACCEPT << ACTION_SHIFT)) >= 0 ||
    flows.find(a, b, port, any | (REJECT << ACTION_SHIFT)) >= 0 ||
    flows.find(a, b, port, any | (NO_ACTION << ACTION_SHIFT)) >= 0
  );
}

function addressOf(table: FlowRows, word: number, isIpv6: number): number | bigint {
  return isIpv6 === 0 ? word >>> 0 : table.ipv6.valueOf(word);
}

function noteEvidence(resolved: FlowTable, at: number, by: OrientedBy): void {
  const saw = resolved.rows[at + SAW] as number;
  const strength = Math.max(saw >>> BY_SHIFT, EVIDENCE.indexOf(by));
  resolved.rows[at + SAW] = (saw & ((1 << BY_SHIFT) - 1)) | (strength << BY_SHIFT);
}
