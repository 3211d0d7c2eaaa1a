import { groupedNumber, happenedText, linkSentence, saying, utcText } from "../core/map/map-words.ts";
import { matrixRows } from "../core/map/sort-matrix.ts";
import type { MapLink } from "../core/map/traffic-map.ts";
import type { ShapeProps } from "./shape-props.ts";
import { Sign } from "./sign.tsx";
import { SortHeader } from "./sort-header.tsx";

/** Rows of a table or a text that the page draws; the rest is named by its count. */
const MOST_ROWS = 300;
/** Rows and columns of the matrix. */
const MOST_CELLS = 40;

const namesOf = ({ map }: ShapeProps): ((id: string) => string) => {
  const titles = new Map([...map.consumers, ...map.databases].map((node) => [node.id, node.title]));
  return (id) => titles.get(id) ?? id;
};

/** Consumers as rows, databases as columns. */
export function MatrixView(props: ShapeProps) {
  const { map, select, sort, onSort } = props;
  const rows = matrixRows(map, sort).slice(0, MOST_CELLS);
  const columns = map.databases.filter((node) => !node.open).slice(0, MOST_CELLS);
  const name = namesOf(props);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable without a mouse
    <section class="scroll" tabIndex={0} aria-label="Matrix">
      <table class="matrix">
        <caption>Each cell: what policy says, and how many connections</caption>
        <thead>
          <tr>
            <SortHeader by="consumer" first="ascending" name="Consumer" sort={sort} onSort={onSort} />
            <SortHeader
              by="pairs"
              first="descending"
              name="Connections"
              sort={sort}
              onSort={onSort}
              isNumber
            />
            <SortHeader by="last" first="descending" name="Last seen" sort={sort} onSort={onSort} />
            {columns.map(({ id, title }) => (
              <SortHeader
                key={id}
                by={`to:${id}`}
                first="descending"
                name={title}
                sort={sort}
                onSort={onSort}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ node, last, cells }) => (
            <tr key={node.id}>
              <th scope="row">{node.title}</th>
              <td class="number">{groupedNumber(node.links)}</td>
              <td class="time">{last === 0 ? "" : utcText(last)}</td>
              {columns.map((column) => (
                <td key={column.id}>
                  {(cells.get(column.id) ?? []).map((link) => (
                    <button
                      type="button"
                      key={link.id}
                      class={`cell ${link.happened}`}
                      aria-label={linkSentence(link, name)}
                      title={linkSentence(link, name)}
                      onClick={() => select(link.id)}
                    >
                      <Sign word={link.says} />
                      {groupedNumber(link.pairs)}
                    </button>
                  ))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The columns of the table; what is counted or dated begins with the most and the latest. */
const COLUMNS = [
  { by: "consumer", name: "Consumer", first: "ascending", isNumber: false },
  { by: "database", name: "Database", first: "ascending", isNumber: false },
  { by: "says", name: "Policy says", first: "descending", isNumber: false },
  { by: "happened", name: "What happened", first: "ascending", isNumber: false },
  { by: "pairs", name: "Connections", first: "descending", isNumber: true },
  { by: "records", name: "Records", first: "descending", isNumber: true },
  { by: "last", name: "Last seen", first: "descending", isNumber: false },
] as const;

/** One row a link. */
export function TableView(props: ShapeProps) {
  const { map, select, sort, onSort } = props;
  const name = namesOf(props);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable without a mouse
    <section class="scroll" tabIndex={0} aria-label="Table">
      <table class="list">
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <SortHeader key={column.by} {...column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {map.links.slice(0, MOST_ROWS).map((link) => (
            <Row key={link.id} link={link} name={name} select={select} />
          ))}
        </tbody>
      </table>
      <More count={map.links.length} />
    </section>
  );
}

const Row = ({
  link,
  name,
  select,
}: {
  readonly link: MapLink;
  readonly name: (id: string) => string;
  readonly select: (id: string) => void;
}) => (
  <tr>
    <td>
      <button type="button" class="plain" onClick={() => select(link.id)}>
        {name(link.consumer)}
      </button>
    </td>
    <td>{name(link.database)}</td>
    <td>
      <Sign word={link.says} /> {saying(link.says).name}
    </td>
    <td>{happenedText(link.happened)}</td>
    <td class="number">{groupedNumber(link.pairs)}</td>
    <td class="number">{groupedNumber(link.accepted + link.rejected)}</td>
    <td class="time">{link.last === 0 ? "" : utcText(link.last)}</td>
  </tr>
);

const More = ({ count }: { readonly count: number }) =>
  count > MOST_ROWS ? (
    <p class="note">{count - MOST_ROWS} more rows; filter or open a group to see them.</p>
  ) : null;

/** One sentence a link, for those who hear the map. */
export function TextView(props: ShapeProps) {
  const name = namesOf(props);
  return (
    <section class="sentences">
      <ul>
        {props.map.links.slice(0, MOST_ROWS).map((link) => (
          <li key={link.id}>
            <Sign word={link.says} /> {linkSentence(link, name)}.
          </li>
        ))}
      </ul>
      <More count={props.map.links.length} />
    </section>
  );
}
