import { useEffect, useMemo, useState } from "preact/hooks";
import { coverageText, gapTexts } from "../core/map/coverage-words.ts";
import type { DatabaseDetails } from "../core/map/database-details.ts";
import type { DatabaseTraffic } from "../core/map/database-traffic.ts";
import type { MapDatabase } from "../core/map/map-data.ts";
import type { MapNode } from "../core/map/map-node.ts";
import type { MapAbout } from "../core/map/map-page.ts";
import {
  asSentence,
  countText,
  groupedNumber,
  happenedText,
  linkSentence,
  nodeNote,
  saying,
  utcText,
} from "../core/map/map-words.ts";
import type { MapLink } from "../core/map/traffic-map.ts";
import { Explanation } from "./explanation.tsx";
import { Fact } from "./fact.tsx";
import type { MapSource } from "./map-source.ts";
import { Sentences } from "./sentences.tsx";
import type { ShapeProps } from "./shape-props.ts";
import { Sign } from "./sign.tsx";

interface PanelProps extends Pick<ShapeProps, "map" | "select"> {
  readonly about: MapAbout;
  readonly source: MapSource;
  readonly selected: string;
}

/** What is known of the node or link that was chosen. Escape closes it. */
export function Panel(props: PanelProps) {
  const { map, source, selected, select } = props;
  const [heading, setHeading] = useState<HTMLElement | null>(null);
  useEffect(() => heading?.focus(), [heading, selected]);
  const link = map.links.find(({ id }) => id === selected);
  const node = [...map.consumers, ...map.databases].find(({ id }) => id === selected);
  const details = useDetails(source, selected);
  const titles = new Map([...map.consumers, ...map.databases].map((each) => [each.id, each.title]));
  const name = (id: string): string => titles.get(id) ?? id;
  return (
    <aside
      class="panel"
      aria-label="Details"
      onKeyDown={(event) => event.key === "Escape" && select(undefined)}
    >
      <button type="button" class="close" aria-label="Close details" onClick={() => select(undefined)}>
        ×
      </button>
      <h2 tabIndex={-1} ref={setHeading}>
        {link === undefined
          ? (node?.title ?? "Not shown")
          : `${name(link.consumer)} → ${name(link.database)}`}
      </h2>
      {link !== undefined && <LinkFacts {...props} link={link} sentence={linkSentence(link, name)} />}
      {node !== undefined && <NodeFacts node={node} />}
      {details !== undefined && <DatabaseFacts {...details} observed={props.about.observed} />}
      {node !== undefined && <NodeLinks map={map} node={node} name={name} select={select} />}
      {link === undefined && node === undefined && <p>The filters or groups hide it.</p>}
    </aside>
  );
}

function LinkFacts({
  link,
  source,
  sentence,
  map,
}: Pick<PanelProps, "map" | "source"> & { readonly link: MapLink; readonly sentence: string }) {
  const consumer = map.consumers.find(({ id }) => id === link.consumer);
  const database = map.databases.find(({ id }) => id === link.database);
  const isSingle = consumer?.kind !== "group" && consumer?.kind !== "rest" && database?.kind === "database";
  return (
    <>
      <p class="badge">
        <Sign word={link.says} /> {saying(link.says).name}
      </p>
      <p class="muted">{asSentence(saying(link.says).means)}</p>
      <dl>
        <Fact name="What happened">{happenedText(link.happened)}</Fact>
        <Fact name="Connections">{groupedNumber(link.pairs)}</Fact>
        <Fact name="Records">
          {groupedNumber(link.accepted)} ACCEPT, {groupedNumber(link.rejected)} REJECT
        </Fact>
        {link.last > 0 && (
          <Fact name="Seen">
            {utcText(link.first)} to {utcText(link.last)}
          </Fact>
        )}
      </dl>
      <p class="sr">{sentence}</p>
      {isSingle && consumer !== undefined && database !== undefined ? (
        <Explanation source={consumer.title} database={database.title} ask={source.explain} />
      ) : (
        <p class="muted">Open both groups to see why a single consumer may or may not connect.</p>
      )}
    </>
  );
}

const NodeFacts = ({ node }: { readonly node: MapNode }) => (
  <>
    <p class="muted">{nodeNote(node)}</p>
    <p class="labels">
      {Object.entries(node.labels).map(([key, value]) => (
        <span key={key}>
          <i>{key}</i> {value}
        </span>
      ))}
    </p>
  </>
);

/** Links of a node that its panel lists; the weightiest come first. */
const MOST_LISTED = 12;

/** The links of a node one by one, so that each can be chosen without aiming at a line. */
function NodeLinks({
  map,
  node,
  name,
  select,
}: Pick<PanelProps, "map" | "select"> & {
  readonly node: MapNode;
  readonly name: (id: string) => string;
}) {
  const links = map.links.filter(({ consumer, database }) => consumer === node.id || database === node.id);
  if (links.length === 0) return null;
  return (
    <section>
      <h3>{node.side === "consumer" ? "Connects to" : "Is connected to by"}</h3>
      <ul class="links">
        {links.slice(0, MOST_LISTED).map((link) => (
          <li key={link.id}>
            <Sign word={link.says} />{" "}
            <button type="button" class="plain" onClick={() => select(link.id)}>
              {name(node.side === "consumer" ? link.database : link.consumer)}
            </button>{" "}
            <span class="muted">
              {saying(link.says).name}, {happenedText(link.happened)}
            </span>
          </li>
        ))}
      </ul>
      {links.length > MOST_LISTED && (
        <p class="muted">
          {groupedNumber(links.length - MOST_LISTED)} more; open the group or see the table.
        </p>
      )}
    </section>
  );
}

/** Asks for what is known of the database that is selected; `undefined` until it is there, or when it is none. */
function useDetails(source: MapSource, selected: string | undefined): DatabaseDetails | undefined {
  const arn = selected?.startsWith("d:arn:") === true ? selected.slice(2) : undefined;
  const asked = useMemo(() => (arn === undefined ? undefined : source.database(arn)), [source, arn]);
  const [found, setFound] = useState<DatabaseDetails>();
  useEffect(() => {
    if (!(asked instanceof Promise)) return undefined;
    let isWanted = true;
    asked.then(
      (details) => isWanted && setFound(details),
      () => isWanted && setFound(undefined),
    );
    return () => {
      isWanted = false;
    };
  }, [asked]);
  if (!(asked instanceof Promise)) return asked;
  return found?.database.arn === arn ? found : undefined;
}

function DatabaseFacts({
  database,
  traffic: seen,
  observed,
}: DatabaseDetails & { readonly observed: boolean }) {
  const { reachable, quota } = database;
  return (
    <>
      <dl>
        <Fact name="Mode">
          {database.mode}
          {database.inSync ? ", in sync" : ", changes pending"}
        </Fact>
        <Fact name="Engine">
          {database.engine} {database.kind}
          {database.port === undefined ? "" : `, port ${database.port}`}
        </Fact>
        <Fact name="Account">
          {database.accountId}, {database.region}
        </Fact>
        <Fact name="Reachable now">
          {addresses(reachable.now)}
          {reachable.nowUnknown ? " or more" : ""}
        </Fact>
        <Fact name="Under policy">{addresses(reachable.planned)}</Fact>
        {reachable.draft !== undefined && <Fact name="Under the draft">{addresses(reachable.draft)}</Fact>}
        <Fact name="Rules of quota">
          {quota.used} of {quota.limit}
        </Fact>
        <Fact name="Flow logs">{logged(observed, seen)}</Fact>
        <Fact name="Coverage">{coverageText(database.coverage)}</Fact>
        {seen.last > 0 && (
          <Fact name="Likely open">
            {countText(seen.recent, "address", "addresses")} of {groupedNumber(seen.addresses)}, let in within
            the last 10 minutes of the logs
          </Fact>
        )}
      </dl>
      <Sentences title="Hours without a log" list={gapTexts(database.coverage)} />
      <Sentences title="Loses access when the plan is carried out" list={database.losesAccess.map(loss)} />
      <Sentences title="Refused" list={database.refused} />
      <Sentences title="Drift" list={database.drift} />
      <Sentences title="Plan" list={database.steps} />
      <Sentences title="Findings" list={database.findings} />
    </>
  );
}

/** Counts of IPv6 addresses are longer than a number holds. */
const addresses = (count: string): string =>
  `${groupedNumber(count)} ${count === "1" ? "address" : "addresses"}`;

function logged(observed: boolean, { first, last, accepted, rejected }: DatabaseTraffic): string {
  if (!observed) return "none were read";
  if (accepted + rejected === 0)
    return "none shows a connection to it: nobody connects, or none is kept for it";
  const records = `${groupedNumber(accepted)} ACCEPT and ${groupedNumber(rejected)} REJECT records`;
  return last === 0 ? records : `${records}, ${utcText(first)} to ${utcText(last)}`;
}

const loss = ({ consumer, connection }: MapDatabase["losesAccess"][number]): string =>
  connection === "lingers"
    ? `${consumer}: what it has open lives on until it closes`
    : `${consumer}: what it has open is cut`;
