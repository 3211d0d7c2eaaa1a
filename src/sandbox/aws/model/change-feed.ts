/** Something in an account and region is no longer what it was. */
export interface StateChange {
  readonly accountId: string;
  readonly region: string;
  /** The kind of object: `securityGroup`, `networkInterface`, `prefixList`, `dbInstance`, … */
  readonly kind: string;
  readonly id: string;
}

/** Tells observers of every state change, right after it took effect. */
export class ChangeFeed {
  readonly #listeners = new Set<(change: StateChange) => void>();

  /** @returns a function that ends the subscription */
  subscribe(listener: (change: StateChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(change: StateChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
