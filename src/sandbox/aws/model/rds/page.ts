import { rdsError } from "./errors.ts";

/** The Marker and MaxRecords of a describe call; MaxRecords is 20 to 100 and 100 when absent. */
export interface PageRequest {
  readonly marker?: string | undefined;
  readonly maxRecords?: number | undefined;
}

/** One page of a describe call. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Present when there is more. */
  readonly marker?: string;
}

/**
 * Cuts one page out of a list ordered by `idOf`. A marker names the last object of the page before, so that objects
 * made or deleted in between neither repeat nor hide others.
 *
 * @throws AwsError InvalidParameterValue for MaxRecords outside 20..100 or an unreadable marker
 */
export function page<T>(all: readonly T[], idOf: (item: T) => string, request: PageRequest): Page<T> {
  const size = request.maxRecords ?? 100;
  if (size < 20 || size > 100) {
    throw rdsError(
      "InvalidParameterValue",
      `Invalid value ${size} for MaxRecords. Must be between 20 and 100`,
    );
  }
  const after = request.marker === undefined ? "" : markerId(request.marker);
  const sorted = [...all].sort((left, right) => (idOf(left) < idOf(right) ? -1 : 1));
  const rest = sorted.filter((item) => idOf(item) > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  if (rest.length <= size || last === undefined) return { items };
  return { items, marker: Buffer.from(`moat:${idOf(last)}`).toString("base64") };
}

function markerId(marker: string): string {
  const text = Buffer.from(marker, "base64").toString("utf8");
  if (!text.startsWith("moat:")) throw rdsError("InvalidParameterValue", "The Marker provided is not valid.");
  return text.slice("moat:".length);
}
