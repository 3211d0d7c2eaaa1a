import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { ObjectReading } from "../../../app/read-object.ts";
import type { TrafficCrew, TrafficHelper } from "../../../app/traffic-crew.ts";
import type { TimeWindow } from "../../../core/flow/conversation.ts";
import type { ConversationTableData } from "../../../core/flow/conversation-table.ts";
import { FlowLogFault, type FlowLogObject } from "../../../ports/flow-log-objects.ts";
import { type FromWorker, faultOf, type ToldObject, type ToWorker, toldFault } from "./flow-worker-talk.ts";

/** A thread takes 30 ms of a core to start: as long as reading half of this. */
const FROM = 4 * 1024 ** 2;
/** More would not fit into 200 MB. */
const MOST_WORKERS = 4;
/** Two objects at once, so that one is inflated while the other is parsed. */
const AT_ONCE = 2;
/** Pieces of an object that are on their way at once. */
const ON_THE_WAY = 8;
/** A Parquet file must be in memory whole. */
const MOST_PARQUET = 8 * 1024 ** 2;

/**
 * Threads that read flow logs beside this one.
 *
 * @param file where a thread begins
 * @param workers how many read in all, this one among them; by default one for each core but one, at most four: inflating
 * has threads of its own, and on two cores a second reader costs a sixth more time of the cores for hardly any of the clock
 */
export function flowCrew(
  file: string,
  workers = Math.min(MOST_WORKERS, availableParallelism() - 1),
): TrafficCrew | undefined {
  if (workers < 2) return undefined;
  return { from: FROM, hire: () => Array.from({ length: workers - 1 }, () => new FlowWorker(file)) };
}

/** What is being read there. */
interface Job {
  readonly done: (reading: ObjectReading) => void;
  readonly failed: (error: unknown) => void;
  /** Called with each piece that was used. */
  used: () => void;
}

class FlowWorker implements TrafficHelper {
  readonly atOnce = AT_ONCE;
  readonly #worker: Worker;
  readonly #jobs = new Map<number, Job>();
  #table: PromiseWithResolvers<ConversationTableData> | undefined;
  #next = 0;
  #problem: Error | undefined;

  constructor(file: string) {
    this.#worker = new Worker(file, { resourceLimits: { maxYoungGenerationSizeMb: 6 } });
    this.#worker.on("message", (message: FromWorker) => this.#hear(message));
    this.#worker.on("error", (error) => this.#fail(error as Error));
    this.#worker.on("exit", () => this.#fail(new Error("a thread that reads flow logs has ended")));
  }

  takes({ stored, key = "", size = 0 }: FlowLogObject): boolean {
    return stored !== undefined && (size <= MOST_PARQUET || !key.endsWith(".parquet"));
  }

  async read(object: FlowLogObject, window: TimeWindow | undefined): Promise<ObjectReading> {
    if (this.#problem !== undefined) throw this.#problem;
    const id = this.#next;
    this.#next += 1;
    const { promise, resolve, reject } = Promise.withResolvers<ObjectReading>();
    const job: Job = { done: resolve, failed: reject, used: () => undefined };
    this.#jobs.set(id, job);
    this.#tell({ kind: "object", id, object: told(object, window) });
    await Promise.all([this.#send(id, job, object), promise]);
    return promise;
  }

  /** Sends its bytes; what is no fault of the object is thrown. */
  async #send(id: number, job: Job, object: FlowLogObject): Promise<void> {
    let onTheWay = 0;
    let room: () => void = () => undefined;
    job.used = () => {
      onTheWay -= 1;
      room();
    };
    try {
      for await (const piece of object.stored?.() ?? []) {
        // A copy: what lies beside it in memory may be somebody else's.
        const bytes = new Uint8Array(piece);
        this.#tell({ kind: "bytes", id, bytes }, [bytes.buffer]);
        onTheWay += 1;
        while (onTheWay >= ON_THE_WAY && this.#jobs.has(id)) {
          await new Promise<void>((resolve) => {
            room = resolve;
          });
        }
        // It was ended early, by what it holds.
        if (!this.#jobs.has(id)) return;
      }
      this.#tell({ kind: "end", id });
    } catch (error) {
      if (!(error instanceof FlowLogFault)) throw error;
      this.#tell({ kind: "end", id, fault: toldFault(error) });
    }
  }

  async table(): Promise<ConversationTableData> {
    if (this.#problem !== undefined) throw this.#problem;
    this.#table ??= Promise.withResolvers<ConversationTableData>();
    this.#tell({ kind: "table" });
    return this.#table.promise;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #tell(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  #hear(message: FromWorker): void {
    if (message.kind === "table") {
      this.#table?.resolve(message.data);
      return;
    }
    const job = this.#jobs.get(message.id);
    if (message.kind === "read") {
      const { summary, fault } = message;
      this.#jobs.delete(message.id);
      job?.done({ summary, ...(fault === undefined ? {} : { fault: faultOf(fault) }) });
    }
    job?.used();
  }

  #fail(error: Error): void {
    this.#problem ??= error;
    this.#table?.reject(this.#problem);
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    for (const job of jobs) {
      job.failed(this.#problem);
      job.used();
    }
  }
}

const told = ({ name, key, formats }: FlowLogObject, window: TimeWindow | undefined): ToldObject => ({
  name,
  ...(key === undefined ? {} : { key }),
  ...(formats === undefined ? {} : { formats }),
  ...(window === undefined ? {} : { window }),
});
