import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { MapAbout, MapPage } from "../core/map/map-page.ts";
import {
  firstState,
  type MapSort,
  type MapState,
  pageQuery,
  stateFromFragment,
  stateToFragment,
} from "../core/map/map-state.ts";
import { countText } from "../core/map/map-words.ts";
import { selectedIn } from "../core/map/selected-in.ts";
import { stateText } from "../core/map/state-words.ts";
import type { TrafficMap } from "../core/map/traffic-map.ts";
import { Filters } from "./filters.tsx";
import { MapCanvas } from "./map-canvas.tsx";
import type { MapSource } from "./map-source.ts";
import { MatrixView, TableView, TextView } from "./other-shapes.tsx";
import { Panel } from "./panel.tsx";
import type { ServerTools } from "./server-tools.ts";
import type { ShapeProps } from "./shape-props.ts";
import { Toolbar } from "./toolbar.tsx";
import { Top } from "./top.tsx";
import { useView } from "./use-view.ts";
import { WhatIf } from "./what-if.tsx";

interface AppProps {
  readonly source: MapSource;
  /** The answer to the address that the page was opened with. */
  readonly first: MapPage;
  readonly tools?: ServerTools;
}

/** The whole page. What its reader chooses is in the address, so that a copied address shows the same. */
export function App({ source, first: loaded, tools }: AppProps) {
  const [begin, setBegin] = useState(() => firstState(loaded.about));
  const [state, setState] = useState<MapState>(() => stateFromFragment(location.hash, begin));
  const query = pageQuery(stateToFragment(state, begin));
  const { page, isWaiting, problem, ...shown } = useView(source, query, loaded);
  const { about, map } = page;
  useEffect(() => {
    const follow = (): void => setState(stateFromFragment(location.hash, begin));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [begin]);
  const show = (next: MapState, from = begin): void => {
    history.replaceState(null, "", `#${stateToFragment(next, from)}`);
    setState(next);
  };
  const draft = about.draft === undefined ? "" : `${about.draft.name} ${about.draft.version}`;
  const before = useRef(draft);
  useEffect(() => {
    // A permalink says which view it wants; a draft that comes or goes while the page is open asks for another.
    if (before.current === draft) return;
    before.current = draft;
    const next = firstState(about);
    setBegin(next);
    show({ ...state, view: next.view, says: [] }, next);
  });
  const main = useRef<HTMLElement>(null);
  // What is drawn is not drawn anew while an answer is on its way, so what it calls must not change with the state.
  const latest = useRef({ state, show });
  latest.current = { state, show };
  const { change, select, toggle, onSort } = useMemo(() => actions(latest, main), []);
  const view = stateFromFragment(shown.query, firstState(about)).view;
  const { shape, sort } = state;
  const selected = selectedIn(map, state.selected);
  const drawn = useMemo(
    () =>
      map.totals.pairs === 0 ? (
        <Empty about={about} />
      ) : (
        <Shape shape={shape} sort={sort} map={map} {...{ selected, select, toggle, onSort }} />
      ),
    [page, shape, selected, sort],
  );
  return (
    <>
      <Top
        map={map}
        about={about}
        source={source}
        query={query}
        {...(tools === undefined ? {} : { tools })}
      />
      <section class="controls" aria-label="Controls">
        <Toolbar about={about} state={state} change={change} set={show} />
        <Filters map={map} view={view} state={state} change={change} />
      </section>
      <p class="printed">{stateText(state, about)}</p>
      <WhatIf page={page} change={change} {...(tools === undefined ? {} : { tools })} />
      <div class={selected === undefined ? "body" : "body with-panel"}>
        <main ref={main} tabIndex={-1} aria-label="Traffic" aria-busy={isWaiting}>
          {problem !== undefined && (
            <p class="note" role="alert">
              This view could not be loaded: {problem}
            </p>
          )}
          {drawn}
          <Notes map={map} about={about} />
        </main>
        {selected !== undefined && (
          <Panel map={map} about={about} source={source} selected={selected} select={select} />
        )}
      </div>
    </>
  );
}

interface Latest {
  readonly current: { readonly state: MapState; readonly show: (next: MapState) => void };
}

/** What a reader does to the state, whatever it is at that time. */
function actions(latest: Latest, main: { readonly current: HTMLElement | null }) {
  const change = (part: Partial<MapState>): void => latest.current.show({ ...latest.current.state, ...part });
  const select = (id: string | undefined): void => {
    const { selected: _, ...rest } = latest.current.state;
    latest.current.show(id === undefined ? rest : { ...rest, selected: id });
    if (id === undefined) main.current?.focus();
  };
  const toggle = (id: string): void => {
    const { open } = latest.current.state;
    change({ open: open.includes(id) ? open.filter((each) => each !== id) : [...open, id] });
  };
  const onSort = (wanted: MapSort | undefined): void => {
    const { sort: _, ...rest } = latest.current.state;
    latest.current.show(wanted === undefined ? rest : { ...rest, sort: wanted });
  };
  return { change, select, toggle, onSort };
}

const Notes = ({ map, about }: { readonly map: TrafficMap; readonly about: MapAbout }) => (
  <>
    {map.undrawn > 0 && (
      <p class="note">
        {countText(map.undrawn, "lighter link")} not drawn; filter or open a group to see them, or export the
        table.
      </p>
    )}
    {about.notes.map((note) => (
      <p class="note" key={note}>
        {note}
      </p>
    ))}
  </>
);

function Shape({ shape, ...props }: ShapeProps & { readonly shape: MapState["shape"] }) {
  switch (shape) {
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

const Empty = ({ about }: { readonly about: MapAbout }) => (
  <div class="empty">
    <h2>Nothing to show</h2>
    <p>
      {about.isEmpty
        ? about.observed
          ? "The flow logs hold no connection to a database, and policy allows none."
          : "No flow logs were read. Start the map with --flows and a folder or an s3:// prefix."
        : "No connection passes the filters. Clear the search or a filter."}
    </p>
  </div>
);
