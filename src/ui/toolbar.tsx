import type { MapAbout } from "../core/map/map-page.ts";
import { type MapState, VIEWS } from "../core/map/map-state.ts";
import { saveExport, savePng } from "./exports.ts";
import type { MapSource } from "./map-source.ts";

interface ToolbarProps {
  readonly about: MapAbout;
  readonly state: MapState;
  readonly change: (part: Partial<MapState>) => void;
}

const DRAWN = ["map", "matrix", "table", "text"] as const;
const VIEW_NAMES = { reported: "Reported", draft: "Draft", difference: "Difference" } as const;

const FORMATS = [
  { name: "CSV", format: "csv" },
  { name: "JSON", format: "json" },
  { name: "Mermaid", format: "mmd" },
  { name: "DOT", format: "dot" },
  { name: "SVG", format: "svg" },
] as const;

/** How the map is shown and grouped. */
export function Toolbar({ about, state, change }: ToolbarProps) {
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
        keys={about.labelKeys}
        chosen={state.consumersBy}
        set={(consumersBy) => change({ consumersBy, open: [] })}
      />
      <Grouping
        name="Databases by"
        keys={about.labelKeys}
        chosen={state.databasesBy}
        set={(databasesBy) => change({ databasesBy, open: [] })}
      />
      <label class="search">
        <span>Search</span>
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

/** Everything chosen, as a file to take along. */
export const Exports = ({ source, query }: { readonly source: MapSource; readonly query: string }) => (
  <fieldset class="segments exports">
    <legend>Export</legend>
    {FORMATS.map(({ name, format }) => (
      <button type="button" key={format} onClick={() => saveExport(source, query, format)}>
        {name}
      </button>
    ))}
    <button type="button" onClick={() => savePng(source, query)}>
      PNG
    </button>
  </fieldset>
);

interface GroupingProps {
  readonly name: string;
  readonly keys: readonly string[];
  readonly chosen: readonly string[];
  readonly set: (keys: readonly string[]) => void;
}

const Grouping = ({ name, keys, chosen, set }: GroupingProps) => (
  <fieldset class="segments">
    <legend>{name}</legend>
    {keys.map((key) => (
      <button
        type="button"
        key={key}
        aria-pressed={chosen.includes(key)}
        onClick={() => set(chosen.includes(key) ? chosen.filter((each) => each !== key) : [...chosen, key])}
      >
        {key}
      </button>
    ))}
  </fieldset>
);
