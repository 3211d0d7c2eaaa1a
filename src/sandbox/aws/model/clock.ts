/** Undoes a {@link SandboxClock.schedule} that has not run yet. */
export type CancelTask = () => void;

interface Task {
  readonly dueMs: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * The only time there is inside the sandbox, in milliseconds since 1970 UTC. It moves when a test (or, for
 * `moat sandbox`, the server) moves it; what becomes due on the way runs in order of its due time.
 */
export class SandboxClock {
  #nowMs: number;
  #order = 0;
  #tasks: Task[] = [];

  constructor(startMs: number = Date.UTC(2026, 0, 5, 9, 0, 0)) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  advance(ms: number): void {
    this.advanceTo(this.#nowMs + ms);
  }

  /** Never runs backwards: an earlier moment changes nothing. While a task runs, `now()` is its due time. */
  advanceTo(targetMs: number): void {
    for (let task = this.#takeDue(targetMs); task !== undefined; task = this.#takeDue(targetMs)) {
      this.#nowMs = Math.max(this.#nowMs, task.dueMs);
      task.run();
    }
    this.#nowMs = Math.max(this.#nowMs, targetMs);
  }

  /** Runs `run` when the clock passes now + `delayMs`; a delay of 0 runs at the next advance, even by 0. */
  schedule(delayMs: number, run: () => void): CancelTask {
    const task: Task = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, run };
    this.#tasks.push(task);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task);
    };
  }

  /** When the next task is due, so that a test can advance just far enough. */
  nextDueMs(): number | undefined {
    return this.#tasks.reduce<number | undefined>(
      (least, task) => (least === undefined || task.dueMs < least ? task.dueMs : least),
      undefined,
    );
  }

  #takeDue(targetMs: number): Task | undefined {
    let first: Task | undefined;
    for (const task of this.#tasks) {
      if (task.dueMs > targetMs) continue;
      if (first === undefined || isBefore(task, first)) first = task;
    }
    if (first !== undefined) this.#tasks = this.#tasks.filter((task) => task !== first);
    return first;
  }
}

const isBefore = (a: Task, b: Task): boolean =>
  a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
