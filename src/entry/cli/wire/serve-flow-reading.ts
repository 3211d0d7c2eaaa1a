import type { MessagePort } from "node:worker_threads";
import { flowLogParts } from "../../../adapters/aws/flow-log-parts.ts";
import { readObject } from "../../../app/read-object.ts";
import { ConversationTable } from "../../../core/flow/conversation-table.ts";
import type { FlowLogFault } from "../../../ports/flow-log-objects.ts";
import { type FromWorker, faultOf, type ToldObject, type ToWorker, toldFault } from "./flow-worker-talk.ts";

/** Reads the objects that it is told of into one table, in a thread of its own. */
export function serveFlowReading(port: MessagePort): void {
  const table = new ConversationTable();
  const open = new Map<number, ArrivingBytes>();
  const tell = (message: FromWorker, transfer: readonly ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);

  const read = async (id: number, { window, ...object }: ToldObject): Promise<void> => {
    const bytes = new ArrivingBytes(() => tell({ kind: "used", id }));
    open.set(id, bytes);
    const parts = () => flowLogParts(bytes.all(), object.name);
    const { summary, fault } = await readObject(table, { ...object, read: parts }, window);
    open.delete(id);
    tell({ kind: "read", id, summary, ...(fault === undefined ? {} : { fault: toldFault(fault) }) });
  };

  port.on("message", (message: ToWorker) => {
    switch (message.kind) {
      case "object":
        // What is no fault of the object ends the thread, and with it the command, by an unhandled rejection.
        void read(message.id, message.object);
        break;
      case "bytes":
        open.get(message.id)?.take(message.bytes);
        break;
      case "end":
        open.get(message.id)?.end(message.fault === undefined ? undefined : faultOf(message.fault));
        break;
      default: {
        const data = table.data();
        const memory = [data.rows, data.stats, data.ipv6].map(({ buffer }) => buffer);
        tell(
          { kind: "table", data },
          memory.filter((each) => each instanceof ArrayBuffer),
        );
      }
    }
  });
}

/** Bytes that come in messages, as a stream. */
class ArrivingBytes {
  readonly #waiting: Uint8Array[] = [];
  readonly #used: () => void;
  #isOver = false;
  #fault: FlowLogFault | undefined;
  #wake: () => void = () => undefined;

  constructor(used: () => void) {
    this.#used = used;
  }

  take(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#wake();
  }

  end(fault: FlowLogFault | undefined): void {
    this.#isOver = true;
    this.#fault = fault;
    this.#wake();
  }

  async *all(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        this.#used();
        yield next;
      } else if (this.#isOver) break;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
    if (this.#fault !== undefined) throw this.#fault;
  }
}
