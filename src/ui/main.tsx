import { render } from "preact";
import type { MapData } from "../core/map/map-data.ts";
import { App } from "./app.tsx";
import "./style.css";
import "./panel.css";

/** A saved page carries its data; a served one asks for it. */
async function loadData(): Promise<{ readonly data: MapData; readonly live: boolean }> {
  const saved = document.getElementById("data")?.textContent;
  if (saved) return { data: JSON.parse(saved) as MapData, live: false };
  const answer = await fetch("/api/map");
  if (!answer.ok) throw new Error(await answer.text());
  return { data: (await answer.json()) as MapData, live: true };
}

const root = document.getElementById("app");
if (root !== null) {
  loadData().then(
    ({ data, live }) => render(<App data={data} live={live} />, root),
    (error: unknown) => render(<p class="empty">The map could not be loaded: {String(error)}</p>, root),
  );
}
