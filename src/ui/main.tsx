import { render } from "preact";
import type { MapData } from "../core/map/map-data.ts";
import { pageQuery } from "../core/map/map-state.ts";
import { localSource } from "./local-source.ts";
import { Page } from "./page.tsx";
import { servedSource } from "./served-source.ts";
import "./style.css";
import "./controls.css";
import "./panel.css";
import "./print.css";

type Loaded = Parameters<typeof Page>[0];

/** A saved page carries its data; a served one asks for what it shows. */
async function load(): Promise<Loaded> {
  const saved = document.getElementById("data")?.textContent;
  if (!saved) return loadServed(new URLSearchParams(location.search).get("draft") ?? undefined);
  const source = localSource(JSON.parse(saved) as MapData);
  return { source, first: await source.view(pageQuery(location.hash)) };
}

async function loadServed(draft: string | undefined): Promise<Loaded> {
  const source = servedSource(draft);
  try {
    const first = await source.view(pageQuery(location.hash));
    return { source, first, served: draft === undefined ? {} : { draft } };
  } catch (error) {
    if (draft === undefined) throw error;
    // The server knows only the latest drafts; an old address still shows what is in force.
    return loadServed(undefined);
  }
}

const root = document.getElementById("app");
if (root !== null) {
  load().then(
    (props) => render(<Page {...props} />, root),
    (error: unknown) => render(<p class="empty">The map could not be loaded: {String(error)}</p>, root),
  );
}
