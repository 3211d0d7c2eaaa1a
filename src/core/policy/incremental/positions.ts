import type { Href } from "../model.ts";
import type { HrefPositions } from "../policy-index.ts";

/** Above this many moves a new map is made, so that lookups stay short. */
const MOVES = 4_096;

/**
 * Positions of many objects of which a few come and go. Immutable: an older version stays as it is, and both share
 * what did not change.
 */
export class Positions implements HrefPositions {
  readonly #base: HrefPositions & Iterable<readonly [Href, number]>;
  readonly #moves: ReadonlyMap<Href, number | undefined>;

  constructor(
    base: HrefPositions & Iterable<readonly [Href, number]>,
    moves: ReadonlyMap<Href, number | undefined> = new Map(),
  ) {
    this.#base = base;
    this.#moves = moves;
  }

  get(href: Href): number | undefined {
    return this.#moves.has(href) ? this.#moves.get(href) : this.#base.get(href);
  }

  /** With other positions; `undefined` for an object that is gone. */
  with(changes: Iterable<readonly [Href, number | undefined]>): Positions {
    const moves = new Map([...this.#moves, ...changes]);
    if (moves.size <= MOVES) return new Positions(this.#base, moves);
    const all = new Map<Href, number>(this.#base);
    for (const [href, at] of moves) {
      if (at === undefined) all.delete(href);
      else all.set(href, at);
    }
    return new Positions(all);
  }
}
