/** Numbers short names (interface ids) read from bytes, in the order in which they are met. */
export class NameIndex {
  readonly #names: string[] = [];
  readonly #numbers = new Map<string, number>();
  /** Names by hash of their bytes: a hit is compared byte by byte, so the common case makes no string. */
  readonly #byHash = new Map<number, { readonly bytes: Uint8Array; readonly number: number }>();

  /** How many names there are. */
  get size(): number {
    return this.#names.length;
  }

  /** The number of the name in `buffer[from, to)`. */
  indexOfBytes(buffer: Uint8Array, from: number, to: number): number {
    let hash = 0;
    for (let at = from; at < to; at += 1) hash = Math.imul(hash ^ (buffer[at] as number), 0x0100_0193);
    const known = this.#byHash.get(hash);
    if (known !== undefined && sameBytes(known.bytes, buffer, from, to)) return known.number;
    const bytes = buffer.slice(from, to);
    const number = this.indexOf(String.fromCharCode(...bytes));
    if (known === undefined) this.#byHash.set(hash, { bytes, number });
    return number;
  }

  /** The number of the name. */
  indexOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#names.length;
    this.#names.push(name);
    this.#numbers.set(name, number);
    return number;
  }

  /** The name with this number. */
  nameOf(number: number): string {
    return this.#names[number] ?? "";
  }

  /** All names in order. */
  data(): readonly string[] {
    return this.#names.slice();
  }
}

function sameBytes(name: Uint8Array, buffer: Uint8Array, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let at = 0; at < name.length; at += 1) {
    if (name[at] !== buffer[from + at]) return false;
  }
  return true;
}
