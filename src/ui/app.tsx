import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { MapData } from "../core/map/map-data.ts";
import { firstState, type MapState, stateFromFragment, stateToFragment } from "../core/map/map-state.ts";
import { countText } from "../core/map/map-words.ts";
import { trafficMap } from "../core/map/traffic-map.ts";
import { Filters } from "./filters.tsx";
import { MapCanvas } from "./map-canvas.tsx";
import { MatrixView, TableView, TextView } from "./other-shapes.tsx";
import type { ServerTools } from "./page.tsx";
import { Panel } from "./panel.tsx";
import { TimeRange } from "./time-range.tsx";
import { Exports, Toolbar } from "./toolbar.tsx";
import { warmUp } from "./warm-up.ts";
import { DraftTools, WhatIf } from "./what-if.tsx";

/** The whole page. What its reader chooses is in the address, so that a copied address shows the same. */
export function App({ data, tools }: { readonly data: MapData; readonly tools?: ServerTools }) {
  const first = useMemo(() => firstState(data), [data]);
  const [state, setState] = useState<MapState>(() => stateFromFragment(location.hash, first));
  useEffect(() => {
    const follow = (): void => setState(stateFromFragment(location.hash, first));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [first]);
  const set = (next: MapState): void => {
    history.replaceState(null, "", `#${stateToFragment(next, first)}`);
    setState(next);
  };
  const change = (part: Partial<MapState>): void => set({ ...state, ...part });
  const draft = data.draft === undefined ? "" : `${data.draft.name} ${data.draft.version}`;
  const before = useRef(draft);
  useEffect(() => {
    // A permalink says which view it wants; a draft that comes or goes while the page is open asks for another.
    if (before.current === draft) return;
    before.current = draft;
    set({ ...state, view: first.view, says: [] });
  });
  // How it is shown and what is looked at changes nothing in the model.
  const { selected: _, shape: __, ...drawn } = state;
  const map = useMemo(() => trafficMap(data, state), [data, JSON.stringify(drawn)]);
  useEffect(() => warmUp(data, first), [data, first]);
  const main = useRef<HTMLElement>(null);
  const select = (id: string | undefined): void => {
    const { selected: ___, ...rest } = state;
    set(id === undefined ? rest : { ...rest, selected: id });
    if (id === undefined) main.current?.focus();
  };
  const toggle = (id: string): void =>
    change({
      open: state.open.includes(id) ? state.open.filter((each) => each !== id) : [...state.open, id],
    });
  const shape = { data, map, state, select, toggle };
  return (
    <>
      <header class="top">
        <h1>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d="M4 5h3v3h3V5h4v3h3V5h3v6c0 5-3.5 8-8 9-4.500-1-8-4-8-9z" />
          </svg>
          Moat <span>Traffic map</span>
        </h1>
        <p>
          {countText(map.totals.databases, "database")} ·{" "}
          {countText(map.totals.consumers, "address", "addresses")} ·{" "}
          {countText(map.totals.pairs, "connection")}
        </p>
        <p class="policy">
          {data.policy.source === "pce" ? "PCE policy" : "Policy file"}, version{" "}
          {data.policy.version.slice(0, 12)}
          {data.draft === undefined ? "" : ` · draft: ${data.draft.name}`}
        </p>
      </header>
      <section aria-label="Controls">
        <Toolbar data={data} state={state} change={change} />
        <div class="toolbar">
          <TimeRange data={data} state={state} set={set} />
          {tools !== undefined && <DraftTools data={data} tools={tools} />}
          {tools !== undefined && <Follow tools={tools} />}
          <Exports data={data} state={state} />
        </div>
        <Filters map={map} state={state} change={change} />
      </section>
      <WhatIf data={data} change={change} {...(tools === undefined ? {} : { tools })} />
      <div class={state.selected === undefined ? "body" : "body with-panel"}>
        <main ref={main} tabIndex={-1} aria-label="Traffic">
          {map.totals.pairs === 0 ? <Empty data={data} /> : <Shape {...shape} />}
          {map.undrawn > 0 && (
            <p class="note">
              {countText(map.undrawn, "lighter link")} not drawn; filter or open a group to see them, or
              export the table.
            </p>
          )}
          {data.notes.map((note) => (
            <p class="note" key={note}>
              {note}
            </p>
          ))}
        </main>
        {state.selected !== undefined && <Panel {...shape} live={tools !== undefined} />}
      </div>
    </>
  );
}

const Follow = ({ tools }: { readonly tools: ServerTools }) => (
  <fieldset class="segments">
    <legend>New flows</legend>
    <button type="button" aria-pressed={tools.following} onClick={() => tools.follow(!tools.following)}>
      Live
    </button>
    <output class="news">{tools.news}</output>
  </fieldset>
);

/** What every way of showing the map is given. */
export interface ShapeProps {
  readonly data: MapData;
  readonly map: ReturnType<typeof trafficMap>;
  readonly state: MapState;
  readonly select: (id: string | undefined) => void;
  readonly toggle: (id: string) => void;
}

function Shape(props: ShapeProps) {
  switch (props.state.shape) {
    case "matrix":
      return <MatrixView {...props} />;
    case "table":
      return <TableView {...props} />;
    case "text":
      return <TextView {...props} />;
    default:
      return <MapCanvas {...props} />;
  }
}

const Empty = ({ data }: { readonly data: MapData }) => (
  <div class="empty">
    <h2>Nothing to show</h2>
    <p>
      {data.links.consumer.length > 0
        ? "No connection passes the filters. Clear the search or a filter."
        : data.observed
          ? "The flow logs hold no connection to a database, and policy allows none."
          : "No flow logs were read. Start the map with --flows and a folder or an s3:// prefix."}
    </p>
  </div>
);
