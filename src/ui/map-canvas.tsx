import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import {
  isNarrow,
  layoutFor,
  layoutMap,
  type MapLayout,
  type PlacedLink,
  type PlacedNode,
} from "../core/map/layout-map.ts";
import { linkSentence, nodeNote } from "../core/map/map-words.ts";
import type { ShapeProps } from "./shape-props.ts";
import { SignMark } from "./sign.tsx";

/** Below this the picture scrolls within the page. */
const LEAST_WIDTH = 320;

/** As wide as it was drawn last: to guess right saves drawing twice. */
let drawnWidth: number | undefined;
/** The page without the margins of `main`. */
const pageWidth = (): number => document.documentElement.clientWidth - 48;

/** The picture: consumers on the left, databases on the right, and what goes on between them. */
export function MapCanvas({ map, selected, select, toggle }: ShapeProps) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(() => Math.max(LEAST_WIDTH, drawnWidth ?? pageWidth()));
  const [near, setNear] = useState<string>();
  // Before it is painted: what is drawn for another width would be seen to jump.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = (): void => {
      drawnWidth = element.clientWidth;
      setWidth(Math.max(LEAST_WIDTH, drawnWidth));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const layout = useMemo(() => layoutMap(map, layoutFor(width)), [map, width]);
  const labels = useMemo(() => linkLabels(layout), [layout]);
  const keys = useMemo(() => pairKeys(layout.links), [layout]);
  const focus = near ?? selected;
  const links = useMemo(
    () =>
      layout.links.map((placed, at) => (
        <Link key={keys[at]} placed={placed} at={at} label={labels[at] ?? ""} focus={focus} />
      )),
    [layout, focus],
  );
  const nodes = useMemo(
    () =>
      layout.nodes.map((placed) => (
        <Node
          key={placed.node.id}
          placed={placed}
          selected={selected === placed.node.id}
          select={select}
          toggle={toggle}
        />
      )),
    [layout, selected],
  );
  return (
    <div class={isNarrow(width) ? "canvas narrow" : "canvas"} ref={box}>
      <div class="columns" aria-hidden="true">
        <span>Consumers</span>
        <span>Databases</span>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it acts for the buttons in it, which are many */}
      {/* biome-ignore lint/a11y/useKeyWithMouseEvents: the pointer only highlights, and the focus is seen by itself */}
      <div
        class="sheet"
        style={{ height: `${layout.height + 4}px`, minWidth: `${LEAST_WIDTH}px` }}
        onClick={(event) => chooseLink(event, layout, select)}
        onKeyDown={(event) => {
          moveFocus(event);
          if (event.key === "Enter" || event.key === " ") chooseLink(event, layout, select);
        }}
        onMouseOver={(event) => isMoving(event) && setNear(idAt(event, layout))}
        onMouseLeave={() => setNear(undefined)}
      >
        <svg width={layout.width} height={layout.height + 4}>
          <title>Links</title>
          {links}
        </svg>
        {nodes}
      </div>
    </div>
  );
}

function linkLabels({ nodes, links }: MapLayout): readonly string[] {
  const titles = new Map(nodes.map(({ node }) => [node.id, node.title]));
  return links.map(({ link }) => linkSentence(link, (id) => titles.get(id) ?? id));
}

/** The element with a place in the layout that an event is about: hundreds of links with listeners each are slow. */
function placeAt({ target }: Event): Element | null {
  return target instanceof Element ? target.closest("[data-link],[data-node]") : null;
}

function linkAt(event: Event, { links }: MapLayout): string | undefined {
  const at = placeAt(event)?.getAttribute("data-link");
  return at === null || at === undefined ? undefined : links[Number(at)]?.link.id;
}

/** What the pointer is at: a link, a node or nothing. */
const idAt = (event: Event, layout: MapLayout): string | undefined =>
  linkAt(event, layout) ?? placeAt(event)?.getAttribute("data-node") ?? undefined;

function chooseLink(event: Event, layout: MapLayout, select: ShapeProps["select"]): void {
  const id = linkAt(event, layout);
  if (id === undefined) return;
  event.preventDefault();
  select(id);
}

/**
 * Names links by the nodes that they join, whatever is said of them: in another view most of the picture stays, and so
 * does the focus.
 */
function pairKeys(links: readonly PlacedLink[]): readonly string[] {
  const counts = new Map<string, number>();
  return links.map(({ link: { consumer, database } }) => {
    const pair = `${consumer}>${database}`;
    const before = counts.get(pair) ?? 0;
    counts.set(pair, before + 1);
    return `${pair}>${before}`;
  });
}

/** A pointer that rests while the picture moves below it points at nothing. */
const isMoving = ({ movementX, movementY }: MouseEvent): boolean => movementX !== 0 || movementY !== 0;

/** Arrow keys go through nodes and links in the order of the page, so that no mouse is needed. */
function moveFocus(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined || !(event.currentTarget instanceof HTMLElement)) return;
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement | SVGElement>("button,[role=button]")];
  const at = stops.findIndex((each) => each.matches(":focus"));
  stops[at + step]?.focus();
  event.preventDefault();
}

interface LinkProps {
  readonly placed: PlacedLink;
  /** Position in the layout. */
  readonly at: number;
  readonly label: string;
  readonly focus: string | undefined;
}

function Link({ placed, at, label, focus }: LinkProps) {
  const { link, path, width, sign } = placed;
  const isNear = focus === link.id;
  const touches = isNear || focus === link.consumer || focus === link.database;
  const faded = focus !== undefined && !touches;
  return (
    // biome-ignore lint/a11y/useSemanticElements: HTML buttons do not exist within SVG
    <g
      class={`link ${link.says} ${link.happened}${faded ? " faded" : ""}`}
      role="button"
      tabindex={0}
      aria-label={label}
      data-link={at}
    >
      {isNear && <title>{label}</title>}
      <path class="hit" d={path} />
      <path class="line" d={path} stroke-width={width} />
      <SignMark word={link.says} x={sign.x} y={sign.y} />
    </g>
  );
}

/** Pixels from which on a node's name has to follow the window to stay in sight. */
const TALL = 120;

interface NodeProps {
  readonly placed: PlacedNode;
  readonly selected: boolean;
  readonly select: (id: string) => void;
  readonly toggle: (id: string) => void;
}

function Node({ placed, selected, select, toggle }: NodeProps) {
  const { node, x, y, width, height } = placed;
  return (
    <div
      class={`node ${node.side} ${node.kind}${height > TALL ? " tall" : ""}${node.open ? " open" : ""}${selected ? " selected" : ""}`}
      style={`left:${x}px;top:${y}px;width:${width}px;height:${height}px`}
      data-node={node.id}
    >
      {node.canOpen && (
        <button
          type="button"
          class="drill"
          aria-expanded={node.open}
          aria-label={`${node.open ? "Close" : "Open"} ${node.title}`}
          onClick={() => toggle(node.id)}
        >
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <path d="M3 1.500 7 5 3 8.500" />
          </svg>
        </button>
      )}
      <button type="button" class="name" onClick={() => select(node.id)} title={node.title}>
        <span>
          <strong>{node.title}</strong>
          {!node.open && <small>{nodeNote(node)}</small>}
        </span>
      </button>
    </div>
  );
}
