/** Names one piece of state and knows how to make it on first use. */
export interface PartKey<Owner, T> {
  readonly name: string;
  readonly create: (owner: Owner) => T;
}

/** A key for {@link Parts}: `export const rdsState = partKey("rds", (region: RegionState) => new RdsState(region))`. */
export const partKey = <Owner, T>(name: string, create: (owner: Owner) => T): PartKey<Owner, T> => ({
  name,
  create,
});

/** Pieces of state by key, made when first asked for, so that services need not know each other. */
export class Parts<Owner> {
  readonly #owner: Owner;
  readonly #made = new Map<PartKey<Owner, unknown>, unknown>();

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  get<T>(key: PartKey<Owner, T>): T {
    if (!this.#made.has(key)) this.#made.set(key, key.create(this.#owner));
    return this.#made.get(key) as T;
  }
}
