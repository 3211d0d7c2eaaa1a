import { render } from "preact";
import type { MapData } from "../core/map/map-data.ts";
import { Page } from "./page.tsx";
import "./style.css";
import "./panel.css";

async function ask(): Promise<MapData> {
  const answer = await fetch("/api/map");
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as MapData;
}

/** A saved page carries its data; a served one asks for it. */
async function load(): Promise<Parameters<typeof Page>[0]> {
  const saved = document.getElementById("data")?.textContent;
  if (saved) return { loaded: JSON.parse(saved) as MapData };
  return { loaded: await ask(), reload: ask };
}

const root = document.getElementById("app");
if (root !== null) {
  load().then(
    (props) => render(<Page {...props} />, root),
    (error: unknown) => render(<p class="empty">The map could not be loaded: {String(error)}</p>, root),
  );
}
