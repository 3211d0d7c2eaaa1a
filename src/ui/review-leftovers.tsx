import type { Leftover } from "../core/suggest/model.ts";

/** More rows than these are only counted. */
const MOST_ROWS = 500;

/** Everybody who was seen and whom no rule covers, with the reason. */
export function LeftoverTable({ leftovers }: { readonly leftovers: readonly Leftover[] }) {
  if (leftovers.length === 0) return null;
  return (
    <section aria-label="Left over">
      <h2>Left over</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard, too */}
      <section class="scroll" tabIndex={0} aria-label="Table of what is left over">
        <table>
          <thead>
            <tr>
              <th scope="col">Consumer</th>
              <th scope="col">Databases</th>
              <th scope="col">Records</th>
              <th scope="col">Last seen</th>
              <th scope="col">Why no rule</th>
            </tr>
          </thead>
          <tbody>
            {leftovers.slice(0, MOST_ROWS).map((each) => (
              <tr key={`${each.kind} ${each.consumer}`}>
                <th scope="row">{each.consumer}</th>
                <td>{each.databases.join(", ")}</td>
                <td>{each.records}</td>
                <td>{each.lastSeen?.slice(0, 10) ?? ""}</td>
                <td>{each.why}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {leftovers.length > MOST_ROWS && <p>And {leftovers.length - MOST_ROWS} more.</p>}
    </section>
  );
}
