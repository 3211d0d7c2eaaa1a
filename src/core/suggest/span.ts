interface Span {
  readonly firstSeen?: string;
  readonly lastSeen?: string;
}

/** From the earliest to the latest; times are UTC in one form, so text order is time order. */
export function span(of: readonly Span[]): Span {
  let first: string | undefined;
  let last: string | undefined;
  for (const { firstSeen, lastSeen } of of) {
    if (firstSeen !== undefined && (first === undefined || firstSeen < first)) first = firstSeen;
    if (lastSeen !== undefined && (last === undefined || lastSeen > last)) last = lastSeen;
  }
  return {
    ...(first === undefined ? {} : { firstSeen: first }),
    ...(last === undefined ? {} : { lastSeen: last }),
  };
}
