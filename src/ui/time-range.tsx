import type { MapState } from "../core/map/map-state.ts";
import { fieldTime, LAST_RANGES, rangeText, timeOfField, withRange } from "../core/map/time-range.ts";
import { Menu } from "./menu.tsx";

interface TimeRangeProps {
  readonly state: MapState;
  readonly set: (state: MapState) => void;
}

const RANGES = [{ name: "All of the logs", seconds: undefined }, ...LAST_RANGES];

/** Which part of the logs is shown: a range that ends with the newest record, or one of the reader's own, in UTC. */
export function TimeRange({ state, set }: TimeRangeProps) {
  const { from, to, last } = state;
  const own = from !== undefined || to !== undefined;
  return (
    <Menu name="Seen between" value={rangeText(state)}>
      {(close) => (
        <>
          {RANGES.map(({ name, seconds }) => (
            <button
              type="button"
              class="choice"
              key={name}
              aria-pressed={!own && last === seconds}
              onClick={() => {
                set(withRange(state, { last: seconds }));
                close();
              }}
            >
              {name}
            </button>
          ))}
          <label class="field">
            <span>From (UTC)</span>
            <input
              type="datetime-local"
              value={fieldTime(from)}
              onChange={(event) =>
                set(withRange(state, { from: timeOfField(event.currentTarget.value), to }))
              }
            />
          </label>
          <label class="field">
            <span>To (UTC)</span>
            <input
              type="datetime-local"
              value={fieldTime(to)}
              onChange={(event) =>
                set(withRange(state, { from, to: timeOfField(event.currentTarget.value) }))
              }
            />
          </label>
        </>
      )}
    </Menu>
  );
}
