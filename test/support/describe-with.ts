import { describe, expect, it } from "vitest";

/** A program or package from outside that some tests cannot do without. */
interface Piece<T> {
  readonly name: string;
  /** `undefined` when it is not on this machine. */
  readonly found: T | undefined;
  /** How to get it, as a step to copy. */
  readonly fix: string;
}

/**
 * A `describe` that needs a piece from outside. Without the piece the tests are skipped and say so; under `CI` that is
 * a failure, so that a green run has run everything.
 */
export function describeWith<T>(piece: Piece<T>, title: string, body: (found: T) => void): void {
  const { found, name, fix } = piece;
  if (found !== undefined) {
    describe(title, () => body(found));
    return;
  }
  const why = `needs ${name}: ${fix}`;
  if (process.env.CI === "true") {
    it(title, () => expect.fail(why));
    return;
  }
  console.warn(`SKIPPED ${title}, which ${why}`);
  describe.skip(title, () => it(why, () => {}));
}
