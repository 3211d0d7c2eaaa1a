import { useState } from "preact/hooks";
import type { MapAbout } from "../core/map/map-page.ts";
import { countText } from "../core/map/map-words.ts";
import type { TrafficMap } from "../core/map/traffic-map.ts";
import { saveExport, savePng } from "./exports.ts";
import type { MapSource } from "./map-source.ts";
import { Menu } from "./menu.tsx";
import type { ServerTools } from "./server-tools.ts";
import { DraftTools } from "./what-if.tsx";

interface TopProps {
  readonly map: TrafficMap;
  readonly about: MapAbout;
  readonly source: MapSource;
  readonly query: string;
  readonly tools?: ServerTools;
}

/** What the page shows in a line, and what can be done with it. */
export const Top = ({ map: { totals }, about, source, query, tools }: TopProps) => (
  <header class="top">
    <div>
      <h1>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M4 5h3v3h3V5h4v3h3V5h3v6c0 5-3.5 8-8 9-4.500-1-8-4-8-9z" />
        </svg>
        Moat <span>Traffic map</span>
      </h1>
      <p>
        {countText(totals.databases, "database")} · {countText(totals.consumers, "address", "addresses")} ·{" "}
        {countText(totals.pairs, "connection")} ·{" "}
        {about.policy.source === "pce" ? "PCE policy" : "policy file"}, version{" "}
        {about.policy.version.slice(0, 12)}
        {about.draft === undefined ? "" : ` · draft: ${about.draft.name}`}
      </p>
    </div>
    <div class="tools">
      {tools !== undefined && <a href="/suggestions">Suggested rules</a>}
      {tools !== undefined && <Follow tools={tools} />}
      {tools !== undefined && <DraftTools about={about} tools={tools} />}
      <Exports source={source} query={query} />
    </div>
  </header>
);

/** Said aloud is only what changed; when the server last looked can be read beside it. */
const Follow = ({ tools: { following, follow, looked, news } }: { readonly tools: ServerTools }) => (
  <>
    {following && (
      <p class="news">
        <output>{news}</output>
        {looked !== "" && <span class="looked">Last look {looked}</span>}
      </p>
    )}
    <button type="button" class="live" aria-pressed={following} onClick={() => follow(!following)}>
      <svg viewBox="0 0 10 10" aria-hidden="true">
        <circle cx="5" cy="5" r="4" />
      </svg>
      Live
    </button>
  </>
);

const FORMATS = [
  { name: "CSV", of: "every connection", format: "csv" },
  { name: "JSON", of: "every connection", format: "json" },
  { name: "SVG", of: "the picture", format: "svg" },
  { name: "Mermaid", of: "the shown groups", format: "mmd" },
  { name: "DOT", of: "the shown groups", format: "dot" },
] as const;

/** Everything chosen, as a file to take along. */
function Exports({ source, query }: { readonly source: MapSource; readonly query: string }) {
  const [problem, setProblem] = useState<string>();
  const save = (saved: Promise<void>, close: () => void): void => {
    setProblem(undefined);
    saved.then(close, (error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
  };
  return (
    <Menu name="Export" side="left">
      {(close) => (
        <>
          {FORMATS.map(({ name, of, format }) => (
            <button
              type="button"
              class="choice"
              key={format}
              onClick={() => save(saveExport(source, query, format), close)}
            >
              {name} <span>{of}</span>
            </button>
          ))}
          <button type="button" class="choice" onClick={() => save(savePng(source, query), close)}>
            PNG <span>the picture</span>
          </button>
          <button
            type="button"
            class="choice"
            onClick={() => {
              close();
              // The menu has to be gone from the paper.
              setTimeout(print);
            }}
          >
            Print <span>or save as PDF</span>
          </button>
          {problem !== undefined && <p role="alert">It could not be saved: {problem}</p>}
        </>
      )}
    </Menu>
  );
}
