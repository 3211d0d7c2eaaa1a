import type { MapAbout } from "../core/map/map-page.ts";
import { type MapState, VIEWS } from "../core/map/map-state.ts";
import { Menu } from "./menu.tsx";
import { TimeRange } from "./time-range.tsx";

interface ToolbarProps {
  readonly about: MapAbout;
  readonly state: MapState;
  readonly change: (part: Partial<MapState>) => void;
  readonly set: (state: MapState) => void;
}

const DRAWN = ["map", "matrix", "table", "text"] as const;
const VIEW_NAMES = { reported: "Reported", draft: "Draft", difference: "Difference" } as const;

/** What is shown, and how it is grouped. */
export function Toolbar({ about, state, change, set }: ToolbarProps) {
  return (
    <div class="toolbar">
      <fieldset class="segments">
        <legend>Show as</legend>
        {DRAWN.map((shape) => (
          <button
            type="button"
            key={shape}
            aria-pressed={state.shape === shape}
            onClick={() => change({ shape })}
          >
            {shape[0]?.toUpperCase()}
            {shape.slice(1)}
          </button>
        ))}
      </fieldset>
      {about.draft !== undefined && (
        <fieldset class="segments">
          <legend>Policy view</legend>
          {VIEWS.map((view) => (
            <button
              type="button"
              key={view}
              aria-pressed={state.view === view}
              onClick={() => change({ view, says: [] })}
            >
              {VIEW_NAMES[view]}
            </button>
          ))}
        </fieldset>
      )}
      <Grouping
        name="Consumers by"
        alone="each workload"
        keys={about.labelKeys}
        chosen={state.consumersBy}
        set={(consumersBy) => change({ consumersBy, open: [] })}
      />
      <Grouping
        name="Databases by"
        alone="each database"
        keys={about.labelKeys}
        chosen={state.databasesBy}
        set={(databasesBy) => change({ databasesBy, open: [] })}
      />
      <TimeRange state={state} set={set} />
      <label class="search">
        <span class="caption">Search</span>
        <input
          type="search"
          placeholder="name, address or label"
          value={state.search}
          onInput={(event) => change({ search: event.currentTarget.value })}
        />
      </label>
    </div>
  );
}

interface GroupingProps {
  readonly name: string;
  /** What it is grouped by when no key is chosen. */
  readonly alone: string;
  readonly keys: readonly string[];
  readonly chosen: readonly string[];
  readonly set: (keys: readonly string[]) => void;
}

/** Keys count in the order in which they are chosen. */
const Grouping = ({ name, alone, keys, chosen, set }: GroupingProps) => (
  <Menu name={name} value={chosen.length === 0 ? alone : chosen.join(" · ")}>
    {() =>
      keys.length === 0 ? (
        <p class="muted">Policy has no labels.</p>
      ) : (
        keys.map((key) => (
          <button
            type="button"
            class="choice"
            key={key}
            aria-pressed={chosen.includes(key)}
            onClick={() =>
              set(chosen.includes(key) ? chosen.filter((each) => each !== key) : [...chosen, key])
            }
          >
            {key}
          </button>
        ))
      )
    }
  </Menu>
);
