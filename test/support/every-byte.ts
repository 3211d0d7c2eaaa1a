/** Text in which every byte of a value shows: sets of addresses, maps and big integers included. */
export function everyByte(value: unknown): string {
  return JSON.stringify(value, (_, field: unknown): unknown => {
    if (typeof field === "bigint") return `${field}n`;
    if (field instanceof Uint32Array) return [...field];
    return field instanceof Map ? [...field] : field;
  });
}
