/**
 * A function that works out its answer once for each object and remembers it as long as that lives. Only for objects
 * that never change; then nobody can tell it from one that works it out each time.
 */
export function remembered<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, Value>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    const value = make(key);
    known.set(key, value);
    return value;
  };
}
