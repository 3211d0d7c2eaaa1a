import type { TimeWindow } from "./conversation.ts";
import type { ConversationTable } from "./conversation-table.ts";
import {
  ACTED,
  BYTE_SUM,
  END,
  FAMILY,
  FLAGS,
  type FlowFormat,
  PACKET_SUM,
  PROTOCOL,
  SOURCE,
  SOURCE_PORT,
  START,
  TARGET,
  TARGET_PORT,
} from "./flow-format.ts";
import type { RecordParser } from "./record-parser.ts";
import {
  A_HAS_NO_PORT,
  A_IS_IPV6,
  ACTION_SHIFT,
  B_HAS_NO_PORT,
  B_IS_IPV6,
  NO_PROTOCOL,
  OBJECT,
  ORIENTED,
  RECORDS,
  SAW,
  SAW_FROM_A,
  SAW_FROM_B,
} from "./row-layout.ts";
import { isOutOfOrder, swappedMeta, swappedPorts } from "./undetermined-flow.ts";

const TCP = 6;
const SYN = 2;
const SYN_ACK = 18;

/** The words of the record that was read last. */
export type ReadRecord = Pick<RecordParser, "small" | "big" | "interfaceFrom" | "interfaceTo">;

/** What is known of the time of records. */
export interface RecordTimes {
  /** For records without their own. */
  readonly fallback: TimeWindow | undefined;
  /** Records outside of it are left out. */
  readonly window: TimeWindow | undefined;
}

/** Adds the record that a parser has just read to a table: the other half of the hot loop. */
export class FlowRecorder {
  readonly #table: ConversationTable;
  readonly #parser: ReadRecord;
  readonly #format: FlowFormat;
  readonly #object: number;
  readonly #window: TimeWindow | undefined;
  #fallbackTime: TimeWindow | undefined;
  #hasTime: boolean;
  /** Whether the records of the object have different fallback times. */
  #timeMoves = false;

  /** `object` is the number of the object in its read, from 1. */
  constructor(
    table: ConversationTable,
    parser: ReadRecord,
    format: FlowFormat,
    object: number,
    { fallback, window }: RecordTimes,
  ) {
    this.#table = table;
    this.#parser = parser;
    this.#format = format;
    this.#object = object;
    this.#fallbackTime = fallback;
    this.#window = window;
    this.#hasTime = format.hasTime || fallback !== undefined;
    if (format.hasVolume || this.#hasTime) table.flows.keepStats();
  }

  /** Sets the time of the records that follow and have none of their own. */
  happenedIn(time: TimeWindow): void {
    this.#fallbackTime = time;
    this.#hasTime = true;
    this.#timeMoves = true;
    this.#table.flows.keepStats();
  }

  /** Adds the record, which was read from `buffer`; answers the offset of its row, -1 when it is outside of the window. */
  record(buffer: Uint8Array): number {
    if (this.#window !== undefined && this.isOutside()) return -1;
    const { flows, interfaceNames } = this.#table;
    const at = this.#locate();
    this.add(at);
    const { interfaceFrom, interfaceTo } = this.#parser;
    if (interfaceTo - interfaceFrom > 1) {
      flows.addInterface(at, interfaceNames.indexOfBytes(buffer, interfaceFrom, interfaceTo));
    }
    return at;
  }

  /** As {@link record}, with the number of its interface, -1 for none; answers whether it is in the window. */
  recordNumbered(interfaceNumber: number): boolean {
    if (this.#window !== undefined && this.isOutside()) return false;
    this.addNumbered(this.#locate(), interfaceNumber);
    return true;
  }

  /** As {@link add}, with the number of its interface, -1 for none. */
  addNumbered(at: number, interfaceNumber: number): void {
    this.add(at);
    if (interfaceNumber >= 0) this.#table.flows.addInterface(at, interfaceNumber);
  }

  /** Adds the record to a row that is known to be its own: the count, the sums and the time. */
  add(at: number): void {
    const { flows } = this.#table;
    const { big } = this.#parser;
    flows.rows[at + RECORDS] = (flows.rows[at + RECORDS] as number) + 1;
    if (this.#format.hasVolume) flows.addVolume(at, big[PACKET_SUM] as number, big[BYTE_SUM] as number);
    if (this.#hasTime) this.#addTime(at);
  }

  /** The offset of the record's row, with what the record shows about it noted. */
  #locate(): number {
    const { small } = this.#parser;
    const source = small[SOURCE] as number;
    const target = small[TARGET] as number;
    const protocol = small[PROTOCOL] as number;
    const flags = small[FLAGS] as number;
    const meta =
      (protocol < 0 ? NO_PROTOCOL : protocol) |
      ((small[ACTED] as number) << ACTION_SHIFT) |
      (small[SOURCE + FAMILY] === 6 ? A_IS_IPV6 | B_IS_IPV6 : 0);
    // Flags are 0 for all protocols but TCP, so a SYN is one of TCP even in a format without the protocol.
    const hasSyn = flags > 0 && (flags & SYN) !== 0 && (protocol === TCP || protocol < 0);
    if (!hasSyn) return this.#locateUndetermined(source, target, meta);
    return (flags & SYN_ACK) === SYN_ACK
      ? this.#locateOriented(target, source, small[SOURCE_PORT] as number, meta)
      : this.#locateOriented(source, target, small[TARGET_PORT] as number, meta);
  }

  #locateOriented(consumer: number, provider: number, port: number, meta: number): number {
    const { flows } = this.#table;
    return port < 0
      ? flows.locate(consumer, provider, 0, meta | ORIENTED | B_HAS_NO_PORT)
      : flows.locate(consumer, provider, port, meta | ORIENTED);
  }

  #locateUndetermined(source: number, target: number, familyMeta: number): number {
    const { small } = this.#parser;
    const { flows } = this.#table;
    const sourcePort = small[SOURCE_PORT] as number;
    const targetPort = small[TARGET_PORT] as number;
    const meta = familyMeta | (sourcePort < 0 ? A_HAS_NO_PORT : 0) | (targetPort < 0 ? B_HAS_NO_PORT : 0);
    const ports = (Math.max(sourcePort, 0) << 16) | Math.max(targetPort, 0);
    const swap = isOutOfOrder(source, target, ports, meta);
    const at = swap
      ? flows.locate(target, source, swappedPorts(ports), swappedMeta(meta))
      : flows.locate(source, target, ports, meta);
    flows.rows[at + SAW] = (flows.rows[at + SAW] as number) | (swap ? SAW_FROM_B : SAW_FROM_A);
    return at;
  }

  #addTime(at: number): void {
    const { big } = this.#parser;
    const { flows } = this.#table;
    const start = big[START] as number;
    const end = big[END] as number;
    if (start >= 0 || end >= 0) {
      flows.addTime(at, start < 0 ? end : start, end < 0 ? start : end);
    } else if (
      this.#fallbackTime !== undefined &&
      (this.#timeMoves || flows.rows[at + OBJECT] !== this.#object)
    ) {
      flows.rows[at + OBJECT] = this.#object;
      flows.addTime(at, this.#fallbackTime.start, this.#fallbackTime.end);
    }
  }

  /** Whether records are judged by their time. */
  get hasWindow(): boolean {
    return this.#window !== undefined;
  }

  /** Whether the record is outside of the window. */
  isOutside(): boolean {
    if (this.#window === undefined) return false;
    const { start, end } = this.#window;
    const { big } = this.#parser;
    const own = this.#format.hasTime ? (big[START] as number) : -1;
    const ownEnd = this.#format.hasTime ? (big[END] as number) : -1;
    const from = own >= 0 ? own : ownEnd >= 0 ? ownEnd : this.#fallbackTime?.start;
    const to = ownEnd >= 0 ? ownEnd : own >= 0 ? own : this.#fallbackTime?.end;
    if (from === undefined || to === undefined) {
      this.#table.withoutTime += 1;
      return false;
    }
    return to < start || from > end;
  }
}
