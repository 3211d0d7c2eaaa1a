import { useEffect, useMemo, useState } from "preact/hooks";
import { type AccessChange, accessChanges } from "../core/map/access-changes.ts";
import type { MapData } from "../core/map/map-data.ts";
import type { MapState } from "../core/map/map-state.ts";
import { countText, groupedNumber, utcText } from "../core/map/map-words.ts";
import type { ServerTools } from "./page.tsx";
import { Sign } from "./sign.tsx";

/** Names listed at most; the filter by the difference shows the others. */
const MOST_NAMES = 50;

/** Ways to name a draft: a file chosen or dropped on the page, or the PCE's own. */
export function DraftTools({ data, tools }: { readonly data: MapData; readonly tools: ServerTools }) {
  const over = useDrop((file) => tryFile(tools, file));
  return (
    <fieldset class="segments what-if-tools">
      <legend>What if</legend>
      <label class="file">
        Try a policy file
        <input
          type="file"
          accept=".yaml,.yml"
          onChange={(event) => {
            const [file] = event.currentTarget.files ?? [];
            if (file !== undefined) tryFile(tools, file);
            event.currentTarget.value = "";
          }}
        />
      </label>
      {data.policy.source === "pce" && (
        <button type="button" onClick={() => tools.tryDraft({ kind: "pce", name: "PCE draft" })}>
          PCE draft
        </button>
      )}
      {over && <div class="drop">Drop the policy file to see what it would change. It is not saved.</div>}
    </fieldset>
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
  readonly data: MapData;
  readonly change: (part: Partial<MapState>) => void;
  readonly tools?: ServerTools;
}

/** What the draft beside the map would do, in words, and what is wrong with one that does not compile. */
export function WhatIf({ data, change, tools }: WhatIfProps) {
  const { loses, gains } = useMemo(() => accessChanges(data), [data]);
  const { draft } = data;
  const problems = tools?.problems ?? [];
  if (draft === undefined && problems.length === 0) return null;
  const seen = loses.filter((each) => each.seen).length;
  return (
    <section class="what-if" aria-label="What if" aria-live="polite">
      {problems.length > 0 && <Problems problems={problems} />}
      {draft !== undefined && (
        <>
          <h2>
            What if {draft.name} came into force: {countText(loses.length, "connection")} would lose access,{" "}
            {countText(gains.length, "connection")} would gain it
          </h2>
          {seen > 0 && <p>Flow logs saw {groupedNumber(seen)} of those that would lose it let in.</p>}
          <Names title="Would lose access" word="loses" list={loses} change={change} />
          <Names title="Would gain access" word="gains" list={gains} change={change} />
        </>
      )}
      {tools !== undefined && (tools.draft !== undefined || problems.length > 0) && (
        <button type="button" class="boxed" onClick={() => tools.tryDraft(undefined)}>
          Back to the policy in force
        </button>
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
  readonly list: readonly AccessChange[];
  readonly change: (part: Partial<MapState>) => void;
}

function Names({ title, word, list, change }: NamesProps) {
  if (list.length === 0) return null;
  return (
    <details open={word === "loses"}>
      <summary>
        <Sign word={word} /> {title}
      </summary>
      <ul>
        {list.slice(0, MOST_NAMES).map((each) => (
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
      {list.length > MOST_NAMES && (
        <p class="muted">
          {list.length - MOST_NAMES} more; the difference view and the exports hold all of them.
        </p>
      )}
    </details>
  );
}
