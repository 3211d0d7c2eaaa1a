import { useEffect, useState } from "preact/hooks";
import type { MapAbout, MapPage, NamedChanges } from "../core/map/map-page.ts";
import type { MapState } from "../core/map/map-state.ts";
import { countText, groupedNumber, utcText } from "../core/map/map-words.ts";
import { Menu } from "./menu.tsx";
import type { ServerTools } from "./server-tools.ts";
import { Sign } from "./sign.tsx";

/** Ways to name a draft: a file chosen or dropped on the page, or the PCE's own. */
export function DraftTools({ about, tools }: { readonly about: MapAbout; readonly tools: ServerTools }) {
  const over = useDrop((file) => tryFile(tools, file));
  return (
    <>
      <Menu name="What if" side="left">
        {(close) => (
          <>
            <label class="choice file">
              Try a policy file <span>or drop it on the page</span>
              <input
                type="file"
                accept=".yaml,.yml"
                onChange={(event) => {
                  const [file] = event.currentTarget.files ?? [];
                  if (file !== undefined) tryFile(tools, file);
                  close();
                }}
              />
            </label>
            {about.policy.source === "pce" && (
              <button
                type="button"
                class="choice"
                onClick={() => {
                  tools.tryDraft({ kind: "pce", name: "PCE draft" });
                  close();
                }}
              >
                PCE draft <span>what is not provisioned yet</span>
              </button>
            )}
            <p class="muted">Nothing is written: it is compiled here, over what is live and what was seen.</p>
          </>
        )}
      </Menu>
      {over && <div class="drop">Drop the policy file to see what it would change. It is not saved.</div>}
    </>
  );
}

const tryFile = (tools: ServerTools, file: File): void =>
  void file.text().then((text) => tools.tryDraft({ kind: "file", name: file.name, text }));

/** Whether a file is held over the page; one that is dropped is given on. */
function useDrop(onFile: (file: File) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const enter = (event: DragEvent): void => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      event.preventDefault();
      setOver(false);
      const [file] = event.dataTransfer?.files ?? [];
      if (file !== undefined) onFile(file);
    };
    const ways = { dragover: enter, dragleave: leave, drop } as const;
    for (const [name, way] of Object.entries(ways)) addEventListener(name, way as EventListener);
    return () => {
      for (const [name, way] of Object.entries(ways)) removeEventListener(name, way as EventListener);
    };
  });
  return over;
}

interface WhatIfProps {
  readonly page: MapPage;
  readonly change: (part: Partial<MapState>) => void;
  readonly tools?: ServerTools;
}

/** What the draft beside the map would do, in words, and what is wrong with one that does not compile. */
export function WhatIf({ page, change, tools }: WhatIfProps) {
  const { loses, gains } = page;
  const { draft } = page.about;
  const problems = tools?.problems ?? [];
  if (draft === undefined && problems.length === 0) return null;
  return (
    <section class="what-if" aria-label="What if" aria-live="polite">
      {tools !== undefined && (tools.hasDraft || problems.length > 0) && (
        <button type="button" class="boxed" onClick={() => tools.tryDraft(undefined)}>
          Back to the policy in force
        </button>
      )}
      {problems.length > 0 && <Problems problems={problems} />}
      {draft !== undefined && (
        <>
          <h2>
            What if {draft.name} came into force: {countText(loses.count, "connection")} would lose access,{" "}
            {countText(gains.count, "connection")} would gain it
          </h2>
          {loses.seen > 0 && (
            <p>
              Flow logs saw {groupedNumber(loses.seen)} of {countText(loses.count, "connection")} let in that
              would lose it.
            </p>
          )}
          <Names title="Would lose access" word="loses" changes={loses} change={change} />
          <Names title="Would gain access" word="gains" changes={gains} change={change} />
        </>
      )}
    </section>
  );
}

const Problems = ({ problems }: { readonly problems: ServerTools["problems"] }) => (
  <div class="problems" role="alert">
    <h2>The draft does not compile</h2>
    <ul>
      {problems.map(({ what, fix, at }) => (
        <li key={`${what}${at?.line}`}>
          {at === undefined ? "" : `Line ${at.line}: `}
          {what}. {fix}.
        </li>
      ))}
    </ul>
  </div>
);

interface NamesProps {
  readonly title: string;
  readonly word: "loses" | "gains";
  readonly changes: NamedChanges;
  readonly change: (part: Partial<MapState>) => void;
}

function Names({ title, word, changes, change }: NamesProps) {
  const { count, names } = changes;
  if (count === 0) return null;
  return (
    <details open={word === "loses"}>
      <summary>
        <Sign word={word} /> {title} <b>{groupedNumber(count)}</b>
      </summary>
      <ul>
        {names.map((each) => (
          <li key={`${each.address} ${each.database} ${each.port}`}>
            <button
              type="button"
              class="plain"
              onClick={() =>
                change({ view: "difference", says: [word], search: `${each.address} ${each.database}` })
              }
            >
              {each.consumer === each.address ? each.address : `${each.consumer} (${each.address})`} →{" "}
              {each.database}:{each.port}
            </button>{" "}
            <span class="muted">{each.seen ? `last let in ${utcText(each.last)}` : "never seen let in"}</span>
          </li>
        ))}
      </ul>
      {count > names.length && (
        <p class="muted">
          {groupedNumber(count - names.length)} more; the difference view and the exports hold all of them.
        </p>
      )}
    </details>
  );
}
