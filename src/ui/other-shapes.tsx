import { happenedText, linkSentence, saying, utcText } from "../core/map/map-words.ts";
import type { MapLink } from "../core/map/traffic-map.ts";
import type { ShapeProps } from "./shape-props.ts";
import { Sign } from "./sign.tsx";

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
  const { map, select } = props;
  const rows = map.consumers.filter((node) => !node.open).slice(0, MOST_CELLS);
  const columns = map.databases.filter((node) => !node.open).slice(0, MOST_CELLS);
  const cells = Map.groupBy(map.links, (link) => `${link.consumer}\n${link.database}`);
  const name = namesOf(props);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable without a mouse
    <section class="scroll" tabIndex={0} aria-label="Matrix">
      <table class="matrix">
        <caption>Each cell: what policy says, and how many connections</caption>
        <thead>
          <tr>
            <td />
            {columns.map((node) => (
              <th scope="col" key={node.id}>
                {node.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">{row.title}</th>
              {columns.map((column) => (
                <td key={column.id}>
                  {(cells.get(`${row.id}\n${column.id}`) ?? []).map((link) => (
                    <button
                      type="button"
                      key={link.id}
                      class={`cell ${link.happened}`}
                      aria-label={linkSentence(link, name)}
                      title={linkSentence(link, name)}
                      onClick={() => select(link.id)}
                    >
                      <Sign word={link.says} />
                      {link.pairs}
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

/** One row a link. */
export function TableView(props: ShapeProps) {
  const { map, select } = props;
  const name = namesOf(props);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable without a mouse
    <section class="scroll" tabIndex={0} aria-label="Table">
      <table class="list">
        <thead>
          <tr>
            <th>Consumer</th>
            <th>Database</th>
            <th>Policy says</th>
            <th>What happened</th>
            <th class="number">Connections</th>
            <th class="number">Records</th>
            <th>Last seen</th>
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
    <td class="number">{link.pairs}</td>
    <td class="number">{link.accepted + link.rejected}</td>
    <td>{link.last === 0 ? "" : utcText(link.last)}</td>
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
