import type { Conversation, FlowInput } from "./conversation.ts";
import { FlowTable } from "./flow-table.ts";
import { Ipv6Index, numbersOf } from "./ipv6-index.ts";
import type { KnownDatabases } from "./known-databases.ts";
import { listConversations } from "./list-conversations.ts";
import { NameIndex } from "./name-index.ts";
import { resolveFlows } from "./resolve-flows.ts";
import { A, A_IS_IPV6, B, B_IS_IPV6, META, ORIENTED, PORTS, ROW_WORDS, SAW } from "./row-layout.ts";
import { canonicalEnds, swappedSaw } from "./undetermined-flow.ts";

/** Everything in a table as plain data that `postMessage` can carry from a worker. */
export interface ConversationTableData {
  readonly rows: Int32Array;
  readonly stats: Float64Array;
  readonly ipv6: Int32Array;
  readonly interfaceNames: readonly string[];
  /** Interface numbers of row i. */
  readonly interfaces: readonly (readonly number[])[];
  readonly input: FlowInput;
  readonly outsideWindow: number;
  readonly withoutTime: number;
}

/** Counts of {@link FlowInput}, while they are counted. */
export type FlowInputCounts = { -readonly [K in keyof FlowInput]: number };

/**
 * The flows of a whole read: any number of objects, read one after another or each in its own table and then merged.
 * Who opened a connection is decided when the conversations are asked for, on all the evidence, so that the order of
 * lines, objects and merges makes no difference.
 */
export class ConversationTable {
  readonly flows = new FlowTable();
  readonly ipv6 = new Ipv6Index();
  readonly interfaceNames = new NameIndex();
  /** Records that were left out because they are outside of the window of a read. */
  outsideWindow = 0;
  /** Records that a window could not judge, because nothing tells their time; they are counted. */
  withoutTime = 0;
  readonly input: FlowInputCounts = {
    objects: 0,
    records: 0,
    conversationRecords: 0,
    noData: 0,
    skipData: 0,
    malformed: 0,
  };

  /** The conversations read so far, in a fixed order: by consumer, provider, port, protocol and action. */
  conversations(databases: KnownDatabases): Conversation[] {
    return listConversations(this, resolveFlows(this, databases), databases);
  }

  /** A copy of all that was read, for {@link merge} in another thread. */
  data(): ConversationTableData {
    const { flows } = this;
    const interfaces: number[][] = [];
    if (this.interfaceNames.size > 0) {
      for (let row = 0; row < flows.size; row += 1) interfaces.push(flows.interfacesOf(row * ROW_WORDS));
    }
    return {
      rows: flows.rows.slice(0, flows.size * ROW_WORDS),
      stats: flows.stats.slice(),
      ipv6: this.ipv6.data(),
      interfaceNames: this.interfaceNames.data(),
      interfaces,
      input: { ...this.input },
      outsideWindow: this.outsideWindow,
      withoutTime: this.withoutTime,
    };
  }

  /** Adds all that another table has read. */
  merge(other: ConversationTableData): void {
    const source = new FlowTable();
    // They are only read.
    source.rows = other.rows;
    source.stats = other.stats;
    const addresses = numbersOf(other.ipv6, this.ipv6);
    const names = other.interfaceNames.map((name) => this.interfaceNames.indexOf(name));
    for (let at = 0; at < other.rows.length; at += ROW_WORDS) {
      const to = this.#mergeRow(source, at, addresses);
      for (const number of other.interfaces[at / ROW_WORDS] ?? []) {
        this.flows.addInterface(to, names[number] as number);
      }
    }
    for (const count of Object.keys(this.input) as (keyof FlowInput)[])
      this.input[count] += other.input[count];
    this.outsideWindow += other.outsideWindow;
    this.withoutTime += other.withoutTime;
  }

  #mergeRow(source: FlowTable, from: number, addresses: readonly number[]): number {
    const { rows } = source;
    const meta = rows[from + META] as number;
    const aWord = rows[from + A] as number;
    const bWord = rows[from + B] as number;
    const a = (meta & A_IS_IPV6) === 0 ? aWord : (addresses[aWord] as number);
    const b = (meta & B_IS_IPV6) === 0 ? bWord : (addresses[bWord] as number);
    const ports = rows[from + PORTS] as number;
    const saw = rows[from + SAW] as number;
    // The order of IPv4 addresses is the same in every table.
    const isOrdered = (meta & ORIENTED) !== 0 || (meta & (A_IS_IPV6 | B_IS_IPV6)) === 0;
    if (isOrdered) {
      const to = this.flows.locate(a, b, ports, meta);
      this.flows.addRow(to, source, from);
      this.flows.rows[to + SAW] = (this.flows.rows[to + SAW] as number) | saw;
      return to;
    }
    const ends = canonicalEnds(a, b, ports, meta);
    const to = this.flows.locate(ends.a, ends.b, ends.ports, ends.meta);
    this.flows.addRow(to, source, from);
    this.flows.rows[to + SAW] =
      (this.flows.rows[to + SAW] as number) | (ends.swapped ? swappedSaw(saw) : saw);
    return to;
  }
}
