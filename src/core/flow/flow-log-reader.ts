import type { Diagnostic } from "../diagnostic.ts";
import { ColumnRecords, type ColumnRow } from "./column-records.ts";
import type { FlowInput, TimeWindow } from "./conversation.ts";
import type { ConversationTable, FlowInputCounts } from "./conversation-table.ts";
import type { FlowColumns } from "./flow-columns.ts";
import { type FlowFormat, flowFormat, formatDiagnostics } from "./flow-format.ts";
import { FlowRecorder } from "./flow-recorder.ts";
import { DEFAULT_FIELDS, fieldName, isHeader, TEN_FIELDS } from "./known-fields.ts";
import { type LineSink, LineSplitter, MAX_LINE } from "./line-splitter.ts";
import { columnsOf, isAllDashes, readOddLine } from "./odd-line.ts";
import { recordColumns } from "./record-columns.ts";
import { RecordParser } from "./record-parser.ts";
import type { LogFormats, TimedText } from "./timed-text.ts";

/** What to read into, and what is known of the object besides its text. */
export interface FlowLogReaderOptions {
  /** Receives the flows; several readers may fill one table, in any order. */
  readonly table: ConversationTable;
  /** The time of records whose format has none, for example the slot of the object's key. */
  readonly fallbackTime?: TimeWindow;
  /** Leaves out records that ended before its start or began after its end. Those without any time are kept. */
  readonly window?: TimeWindow;
  /** What the lines before the first header may be in, besides the formats known by heart. */
  readonly formats?: LogFormats;
}

/** A line that is no record. */
export interface MalformedLine {
  /** Counted from 1, in the text of the object. */
  readonly line: number;
  readonly reason: string;
}

/** What one object held. */
export interface FlowLogSummary {
  /** Counts of this object alone; `objects` is 1. */
  readonly input: FlowInput;
  /** Fields of the format that was read last, in the order of the columns; absent when none was recognised. */
  readonly fields?: readonly string[];
  /** The first five. */
  readonly malformed: readonly MalformedLine[];
  /** What the format cannot tell, each said once. */
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads one flow-log object, part by part: the bytes of its plain text, or rows of its columns. */
export interface FlowLogReader {
  /** Takes the next text (decompressed; bytes may end anywhere), or the next rows. Neither is kept. */
  push(part: Uint8Array | TimedText | FlowColumns): void;
  /** Ends the object; nothing may be pushed after it. */
  end(): FlowLogSummary;
}

const SAMPLES = 5;
const LINE_FEED = 10;
const NO_ADDRESSES = { malformed: "the format has no addresses" } as const;

/**
 * Begins to read one flow-log object into a table. Nothing in the text makes it fail: lines that are no records are
 * counted and sampled. Without a header, the default format and the ten-column format are recognised by their columns.
 *
 * @example
 * const reader = createFlowLogReader({ table });
 * for await (const chunk of gunzipped) reader.push(chunk);
 * const { input, diagnostics } = reader.end();
 */
export function createFlowLogReader(options: FlowLogReaderOptions): FlowLogReader {
  const object = new ObjectReader(options);
  const splitter = new LineSplitter(object);
  return {
    push: (part) => {
      if (part instanceof Uint8Array) splitter.push(part);
      else if ("rows" in part) object.columns(part);
      else {
        object.happenedIn(part.time);
        if (part.formats !== undefined) object.mayBeIn(part.formats);
        splitter.push(part.text);
      }
    },
    end: () => {
      splitter.end();
      return object.summary();
    },
  };
}

/** One object: which format its lines are in, and what became of each. */
class ObjectReader implements LineSink {
  readonly #options: FlowLogReaderOptions;
  readonly #number: number;
  readonly #input: FlowInputCounts;
  readonly #malformed: MalformedLine[] = [];
  readonly #diagnostics = new Map<string, Diagnostic>();
  readonly #text = new TextDecoder();
  #format: FlowFormat | undefined;
  #parser: RecordParser | undefined;
  #recorder: FlowRecorder | undefined;
  #time: TimeWindow | undefined;
  #formats: LogFormats;
  #line = 0;

  constructor(options: FlowLogReaderOptions) {
    this.#options = options;
    options.table.input.objects += 1;
    this.#number = options.table.input.objects;
    this.#time = options.fallbackTime;
    this.#formats = options.formats ?? [];
    this.#input = { objects: 1, records: 0, conversationRecords: 0, noData: 0, skipData: 0, malformed: 0 };
  }

  lines(buffer: Uint8Array, from: number, to: number): void {
    let at = from;
    while (at < to) {
      at = this.#format?.usable === true ? this.#plainLines(buffer, at, to) : at;
      if (at < to) {
        const end = buffer.indexOf(LINE_FEED, at) + 1;
        if (end - 1 - at > MAX_LINE) this.overlongLine();
        else this.#oddLine(buffer, at, end);
        at = end;
      }
    }
  }

  /** Reads records until a line is not in the plain form; answers where that one begins. */
  #plainLines(buffer: Uint8Array, from: number, to: number): number {
    const parser = this.#parser;
    const recorder = this.#recorder;
    if (parser === undefined || recorder === undefined) return from;
    parser.use(buffer);
    let at = from;
    let count = 0;
    let outside = 0;
    while (at < to) {
      const next = parser.readLine(buffer, at);
      if (next < 0) break;
      if (recorder.record(buffer) < 0) outside += 1;
      count += 1;
      at = next;
    }
    this.#line += count;
    this.#count(count, outside);
    return at;
  }

  /** Records outside of the window are no part of what was read. */
  #count(records: number, outside: number): void {
    this.#input.records += records - outside;
    this.#input.conversationRecords += records - outside;
    this.#options.table.outsideWindow += outside;
  }

  /** The time of the lines that follow. */
  happenedIn(time: TimeWindow): void {
    this.#time = time;
    this.#recorder?.happenedIn(time);
  }

  /** The formats that the lines which follow may be in. Lines of other formats may have been before them. */
  mayBeIn(formats: LogFormats): void {
    if (namesOf(formats) === namesOf(this.#formats)) return;
    this.#formats = formats;
    this.#format = undefined;
  }

  /** Reads rows of columns. */
  columns(batch: FlowColumns): void {
    const { table, window } = this.#options;
    if (this.#format?.fields.join(" ") !== batch.names.map(fieldName).join(" ")) this.#use(batch.names);
    const format = this.#format;
    if (format === undefined) return;
    if (!format.usable) {
      for (let row = 1; row <= batch.rows; row += 1) this.#noRecord(NO_ADDRESSES, this.#line + 1);
      return;
    }
    const records = new ColumnRecords(format, batch, table.ipv6, table.interfaceNames);
    const times = { fallback: this.#time, window };
    const recorder = new FlowRecorder(table, records, format, this.#number, times);
    const before = this.#line;
    const { records: count, outside } = recordColumns(
      table.flows,
      records,
      recorder,
      batch.rows,
      (kind, row) => this.#noRecord(kind, before + row + 1),
    );
    this.#line = before + batch.rows;
    this.#count(count, outside);
  }

  #noRecord(kind: Exclude<ColumnRow, "record">, line: number): void {
    this.#line = line;
    this.#input.records += 1;
    if (typeof kind === "string") this.#input[kind] += 1;
    else this.#addMalformed(kind.malformed);
  }

  overlongLine(): void {
    this.#line += 1;
    this.#input.records += 1;
    this.#addMalformed("longer than any record");
  }

  #oddLine(buffer: Uint8Array, from: number, to: number): void {
    this.#line += 1;
    const format = this.#format;
    if (format !== undefined && isAllDashes(buffer, from, to - 1, format.fields.length)) {
      this.#input.records += 1;
      this.#input.noData += 1;
      return;
    }
    const columns = columnsOf(this.#text.decode(buffer.subarray(from, to - 1)));
    const odd = readOddLine(columns, this.#format ?? this.#recognise(columns));
    if (odd.kind === "blank") return;
    if (odd.kind === "header") {
      this.#use(odd.columns);
      return;
    }
    if (odd.kind === "record") {
      this.#record(odd.line);
      return;
    }
    this.#input.records += 1;
    if (odd.kind === "malformed") this.#addMalformed(odd.reason);
    else this.#input[odd.kind] += 1;
  }

  /**
   * Recognises the format by the first line that has its columns: one of those that the text may be in, else one that
   * is known by heart. Where two fit, nobody knows which column is which.
   */
  #recognise(columns: readonly string[]): FlowFormat | undefined {
    if (columns.length === 0 || isHeader(columns)) return undefined;
    const fits = this.#formats.filter((fields) => fitsFormat(columns, fields));
    const [first, ...others] = fits.length > 0 ? fits : KNOWN_BY_HEART.filter((f) => fitsFormat(columns, f));
    if (first === undefined) return undefined;
    if (others.length === 0) {
      this.#use(first);
      return this.#format;
    }
    // An empty interval is one in each of them, and tells nothing of which it is.
    const format = flowFormat(first);
    if (readOddLine(columns, format).kind !== "record") return format;
    this.#diagnostics.set("format", ambiguous([first, ...others]));
    return undefined;
  }

  #use(columns: readonly string[]): void {
    const { table, window } = this.#options;
    const format = flowFormat(columns);
    this.#format = format;
    this.#parser = new RecordParser(format, table.ipv6);
    const times = { fallback: this.#time, window };
    this.#recorder = new FlowRecorder(table, this.#parser, format, this.#number, times);
    for (const diagnostic of formatDiagnostics(format)) this.#diagnostics.set(diagnostic.what, diagnostic);
  }

  #record(line: string): void {
    const buffer = Uint8Array.from(line, (character) => character.charCodeAt(0));
    this.#parser?.use(buffer);
    const recorder = this.#recorder;
    if (this.#parser === undefined || recorder === undefined || this.#parser.readLine(buffer, 0) < 0) {
      this.#input.records += 1;
      this.#addMalformed("not a record of this format");
      return;
    }
    this.#count(1, recorder.record(buffer) < 0 ? 1 : 0);
  }

  #addMalformed(reason: string): void {
    this.#input.malformed += 1;
    if (this.#malformed.length < SAMPLES) this.#malformed.push({ line: this.#line, reason });
  }

  summary(): FlowLogSummary {
    const { table } = this.#options;
    for (const count of Object.keys(this.#input) as (keyof FlowInput)[]) {
      if (count !== "objects") table.input[count] += this.#input[count];
    }
    if (this.#format === undefined && this.#input.records > 0 && !this.#diagnostics.has("format"))
      this.#diagnostics.set("format", UNKNOWN_FORMAT);
    return {
      input: { ...this.#input },
      ...(this.#format === undefined ? {} : { fields: this.#format.fields }),
      malformed: this.#malformed,
      diagnostics: [...this.#diagnostics.values()],
    };
  }
}

const KNOWN_BY_HEART: LogFormats = [DEFAULT_FIELDS, TEN_FIELDS];

const namesOf = (formats: LogFormats): string => formats.map((fields) => fields.join(" ")).join("\n");

/** Whether a line has as many columns as a format, each with a value of its kind. */
const fitsFormat = (columns: readonly string[], fields: readonly string[]): boolean =>
  columns.length === fields.length && readOddLine(columns, flowFormat(fields)).kind !== "malformed";

const ambiguous = (formats: LogFormats): Diagnostic => ({
  code: "FLOW_LOG_FORMAT_AMBIGUOUS",
  what: `Lines without a header fit ${formats.length} formats: ${formats.map((f) => `"${f.join(" ")}"`).join(", ")}`,
  why: "Read in the wrong one, a client would be taken for a server; the lines are counted as malformed",
  fix: "Let flow logs of different formats write to log groups of their own",
});

const UNKNOWN_FORMAT: Diagnostic = {
  code: "FLOW_LOG_FORMAT_UNKNOWN",
  what: "The file has no header, and its lines are in none of the formats known by heart",
  why: "without the names of the columns their values mean nothing",
  fix: 'name the fields of the flow log\'s format: with --log-format, or on the first line, like "srcaddr dstaddr dstport"',
};
