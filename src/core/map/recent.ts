/** What was worked out last, by name. */
export interface Recent<Value> {
  /** What has this name; made now where it is not known any more. */
  readonly of: (name: string, make: () => Value) => Value;
  /** Gives its memory back. */
  readonly forget: (name: string) => void;
}

/** Keeps so many of the answers that were asked for last, for questions whose answers never change. */
export function recent<Value>(most: number): Recent<Value> {
  const known = new Map<string, { readonly value: Value }>();
  return {
    of: (name, make) => {
      const found = known.get(name) ?? { value: make() };
      // The last one in a map is the one that was put there last.
      known.delete(name);
      known.set(name, found);
      const [oldest] = known.keys();
      if (known.size > most && oldest !== undefined) known.delete(oldest);
      return found.value;
    },
    forget: (name) => void known.delete(name),
  };
}
