import type { MapState } from "../core/map/map-state.ts";
import { fieldTime, LAST_RANGES, startOfLast, timeOfField, withRange } from "../core/map/time-range.ts";

interface TimeRangeProps {
  /** Time of the newest record, in seconds. */
  readonly newest: number;
  readonly state: MapState;
  readonly set: (state: MapState) => void;
}

/** Which part of the logs is shown: a range that ends with the newest record, or one of the reader's own, in UTC. */
export function TimeRange({ newest, state, set }: TimeRangeProps) {
  const { from, to } = state;
  const isLast = (seconds: number): boolean => to === undefined && from === startOfLast(newest, seconds);
  const chosen = LAST_RANGES.find(({ seconds }) => isLast(seconds));
  const own = from !== undefined || to !== undefined;
  return (
    <fieldset class="time">
      <legend>Seen between (UTC)</legend>
      <select
        aria-label="Range of time"
        value={chosen?.name ?? (own ? "own" : "")}
        onChange={(event) => {
          const range = LAST_RANGES.find(({ name }) => name === event.currentTarget.value);
          set(
            withRange(state, range === undefined ? undefined : startOfLast(newest, range.seconds), undefined),
          );
        }}
      >
        <option value="">All of the logs</option>
        {LAST_RANGES.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
        {own && chosen === undefined && <option value="own">From … to …</option>}
      </select>
      <input
        type="datetime-local"
        aria-label="From"
        value={fieldTime(from)}
        onChange={(event) => set(withRange(state, timeOfField(event.currentTarget.value), to))}
      />
      <input
        type="datetime-local"
        aria-label="To"
        value={fieldTime(to)}
        onChange={(event) => set(withRange(state, from, timeOfField(event.currentTarget.value)))}
      />
    </fieldset>
  );
}
