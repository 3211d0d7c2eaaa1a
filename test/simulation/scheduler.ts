import { setImmediate as turn } from "node:timers/promises";
import type { HttpRequest } from "@smithy/types";
import type { Clock } from "../../src/ports/clock.ts";
import { type InProcessRequestHandler, inProcessRequestHandler } from "../../src/sandbox/aws/in-process.ts";
import type { SandboxClock } from "../../src/sandbox/aws/model/clock.ts";
import type { SandboxAws } from "../../src/sandbox/aws/sandbox-aws.ts";
import { parseForm } from "../../src/sandbox/aws/wire/form.ts";
import { whatIsAsked } from "./direct-clients.ts";

/** Something that a run waits for: an answer, or a moment. */
interface Waiting {
  readonly run: number;
  readonly order: number;
  /** Tells the requests of a run apart by what they ask, so that their order of arrival does not matter. */
  readonly what: string;
  /** Milliseconds since 1970 for a sleeper; absent for a request. */
  readonly wakeAt?: number;
  /** Lets the thing happen without telling the run; the returned function tells it. */
  readonly happen: () => Promise<() => void>;
}

/** When a process dies: at which of its requests, and whether that one still takes effect. */
export interface Death {
  readonly atRequest: number;
  readonly when: "before" | "after";
}

interface LiveRun {
  requests: number;
  readonly death: Death | undefined;
  readonly die: () => void;
}

/** How a run ended. */
export type Ending<T> =
  | { readonly kind: "returned"; readonly value: T }
  | { readonly kind: "threw"; readonly error: unknown }
  | { readonly kind: "died" };

/** Turns of Node's event loop without anything new after which every run is taken to wait; without streams one is. */
const QUIET_TURNS = 4;
/** Milliseconds of real time after which a run that makes no request is taken to hang. */
const STUCK_MS = 60_000;
const WAKE_FIRST = 0.15;

/**
 * Decides, by its random numbers alone, which request of which run is answered next and when time passes. Runs make
 * their requests through it and sleep through it, so that any interleaving of two runs can be driven and replayed, and
 * a run can be ended at any request as if its process had been killed.
 */
export class Scheduler {
  readonly #sandbox: SandboxAws;
  readonly #clock: SandboxClock;
  readonly #random: () => number;
  readonly #runs = new Map<number, LiveRun>();
  readonly #quietTurns: number;
  #waiting: Waiting[] = [];
  #order = 0;
  #started = 0;
  /** Called before each answer; the place where the rest of the world may act. */
  between: () => void = () => undefined;

  constructor(sandbox: SandboxAws, random: () => number, direct: boolean) {
    this.#quietTurns = direct ? 1 : QUIET_TURNS;
    this.#sandbox = sandbox;
    this.#clock = sandbox.clock;
    this.#random = random;
  }

  /** Starts a run. It makes progress only while {@link drive} runs. */
  start<T>(work: (run: number) => Promise<T>, death?: Death): Promise<Ending<T>> {
    this.#started += 1;
    const run = this.#started;
    return new Promise((resolve) => {
      const end = (ending: Ending<T>): void => {
        if (!this.#runs.delete(run)) return;
        this.#waiting = this.#waiting.filter((w) => w.run !== run);
        resolve(ending);
      };
      this.#runs.set(run, { requests: 0, death, die: () => end({ kind: "died" }) });
      work(run).then(
        (value) => end({ kind: "returned", value }),
        (error: unknown) => end({ kind: "threw", error }),
      );
    });
  }

  /** Drives all runs to their ends. */
  async drive(): Promise<void> {
    while (this.#runs.size > 0) {
      await this.#quiet();
      const next = this.#choose();
      if (next === undefined) continue;
      this.#waiting = this.#waiting.filter((w) => w !== next);
      this.between();
      if (next.wakeAt === undefined) await this.#answer(next);
      else await this.#wake(next, next.wakeAt);
    }
  }

  /** The sandbox's own request handler, under the scheduler. */
  requestHandler(run: number): InProcessRequestHandler {
    const inner = inProcessRequestHandler(this.#sandbox);
    return {
      ...inner,
      handle: (request: HttpRequest) => this.enqueue(run, wireRequest(request), () => inner.handle(request)),
    };
  }

  /** A `fetch`, under the scheduler. */
  fetch(run: number, inner: typeof fetch): typeof fetch {
    return (input, init) =>
      this.enqueue(run, `pce ${String(input)}`, async () => readWhole(await inner(input, init)));
  }

  clock(run: number): Clock {
    return {
      now: () => this.#clock.now(),
      sleep: (milliseconds) => this.sleep(run, milliseconds),
    };
  }

  sleep(run: number, milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wakeAt = this.#clock.now() + milliseconds;
      this.#add({ run, what: "", wakeAt, happen: async () => resolve });
    });
  }

  /** Lets a call of a run happen when it is chosen. */
  enqueue<T>(run: number, what: string, call: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#add({
        run,
        what,
        happen: () =>
          call().then(
            (answer) => () => resolve(answer),
            (error: unknown) => () => reject(error),
          ),
      });
    });
  }

  #add(waiting: Omit<Waiting, "order">): void {
    this.#order += 1;
    if (this.#runs.has(waiting.run)) this.#waiting.push({ ...waiting, order: this.#order });
  }

  /** Comes back when every run waits for something, or has ended. */
  async #quiet(): Promise<void> {
    let seen = -1;
    let quiet = 0;
    const from = Date.now();
    while (Date.now() - from < STUCK_MS) {
      await turn();
      const all = [...this.#runs.keys()].every((run) => this.#waiting.some((w) => w.run === run));
      quiet = seen === this.#order && all ? quiet + 1 : 0;
      seen = this.#order;
      if (quiet >= this.#quietTurns) return;
    }
    throw new Error("A run waits for something that the scheduler does not know");
  }

  #choose(): Waiting | undefined {
    const inOrder = [...this.#waiting].sort(
      (a, b) => a.run - b.run || compare(a.what, b.what) || a.order - b.order,
    );
    const ready = inOrder.filter((w) => w.wakeAt === undefined || w.wakeAt <= this.#clock.now());
    const [sleeper] = inOrder
      .filter((w) => w.wakeAt !== undefined)
      .sort((a, b) => (a.wakeAt ?? 0) - (b.wakeAt ?? 0));
    if (sleeper !== undefined && (ready.length === 0 || this.#random() < WAKE_FIRST)) return sleeper;
    return ready[Math.floor(this.#random() * ready.length)];
  }

  async #wake(sleeper: Waiting, wakeAt: number): Promise<void> {
    this.#clock.advanceTo(wakeAt);
    (await sleeper.happen())();
  }

  async #answer(request: Waiting): Promise<void> {
    const run = this.#runs.get(request.run);
    if (run === undefined) return;
    run.requests += 1;
    this.#clock.advance(10 + Math.floor(this.#random() * 90));
    const dies = run.death?.atRequest === run.requests;
    if (dies && run.death?.when === "before") return run.die();
    const tell = await request.happen();
    if (dies) run.die();
    else tell();
  }
}

/**
 * An answer with its body read, or the failure to read it, at hand: a body that still streams takes turns of the event
 * loop that nobody counts, and the scheduler would choose among fewer requests than the run is about to make.
 */
async function readWhole(response: Response): Promise<Response> {
  const body = await response.text().then(
    (text) => () => text,
    (error: unknown) => () => {
      throw error;
    },
  );
  const { status, ok, headers } = response;
  return { status, ok, headers, text: async () => body() } as Response;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function wireRequest({ hostname, headers, body }: HttpRequest): string {
  const service = hostname.split(".")[0] ?? "";
  const target = headers["x-amz-target"];
  const text = body instanceof Uint8Array ? new TextDecoder().decode(body) : body;
  if (typeof text !== "string") return service;
  if (target !== undefined)
    return whatIsAsked(service, target.split(".")[1] ?? "", JSON.parse(text) as object);
  const { Action, Version: _version, ...input } = parseForm(text, service === "ec2" ? "flat" : "wrapped");
  return whatIsAsked(service, String(Action), input);
}
