import type { SandboxClock } from "./clock.ts";

/**
 * The moment that reads see. `undefined` is now; a call that suffers a stale read sets it to the past for as long as
 * the (synchronous) call runs.
 */
export class ReadTime {
  readonly #clock: SandboxClock;
  #atMs: number | undefined;

  constructor(clock: SandboxClock) {
    this.#clock = clock;
  }

  get atMs(): number | undefined {
    return this.#atMs;
  }

  nowMs(): number {
    return this.#clock.now();
  }

  during<T>(atMs: number | undefined, read: () => T): T {
    this.#atMs = atMs;
    try {
      return read();
    } finally {
      this.#atMs = undefined;
    }
  }
}

interface Version<V> {
  readonly sinceMs: number;
  readonly value: V | undefined;
}

/** How long a value that was replaced can still be read by a stale read. */
const RETENTION_MS = 300_000;

/**
 * A map that remembers its recent past, so that describe calls can answer an older state. Values must not be changed
 * in place: put a new object with `set`.
 */
export class VersionedMap<K, V> {
  readonly #time: ReadTime;
  readonly #current = new Map<K, V>();
  readonly #past = new Map<K, Version<V>[]>();

  constructor(time: ReadTime) {
    this.#time = time;
  }

  get(key: K): V | undefined {
    const atMs = this.#time.atMs;
    return atMs === undefined ? this.#current.get(key) : this.#at(key, atMs);
  }

  has(key: K): boolean {
    return this.get(key) !== undefined;
  }

  set(key: K, value: V): void {
    this.#remember(key, value);
    this.#current.set(key, value);
  }

  delete(key: K): boolean {
    if (!this.#current.has(key)) return false;
    this.#remember(key, undefined);
    return this.#current.delete(key);
  }

  /** In order of first insertion. */
  values(): readonly V[] {
    const atMs = this.#time.atMs;
    if (atMs === undefined) return [...this.#current.values()];
    return this.#keys().flatMap((key) => this.#at(key, atMs) ?? []);
  }

  get size(): number {
    return this.#time.atMs === undefined ? this.#current.size : this.values().length;
  }

  #keys(): readonly K[] {
    return [...new Set([...this.#past.keys(), ...this.#current.keys()])];
  }

  #at(key: K, atMs: number): V | undefined {
    const versions = this.#past.get(key);
    return versions?.findLast((version) => version.sinceMs <= atMs)?.value;
  }

  #remember(key: K, value: V | undefined): void {
    const nowMs = this.#time.nowMs();
    const versions = this.#past.get(key) ?? [];
    versions.push({ sinceMs: nowMs, value });
    const firstNeeded = versions.findLastIndex((version) => version.sinceMs <= nowMs - RETENTION_MS);
    this.#past.set(key, firstNeeded > 0 ? versions.slice(firstNeeded) : versions);
  }
}
