import type { MapSort } from "../core/map/map-state.ts";

interface SortHeaderProps {
  readonly by: MapSort["by"];
  /** Where its first press leads: names from a to z, all else from the most. */
  readonly first: "ascending" | "descending";
  readonly name: string;
  readonly sort: MapSort | undefined;
  readonly onSort: (sort: MapSort | undefined) => void;
  readonly isNumber?: boolean;
}

/** The head of a column that sorts: one way, the other way, and back to the order that it begins with. */
export function SortHeader({ by, first, name, sort, onSort, isNumber = false }: SortHeaderProps) {
  const now = sort?.by === by ? (sort.descending ? "descending" : "ascending") : undefined;
  const press = (): void => {
    if (now === undefined) onSort({ by, descending: first === "descending" });
    else if (now === first) onSort({ by, descending: now === "ascending" });
    else onSort(undefined);
  };
  return (
    <th scope="col" class={isNumber ? "number" : ""} {...(now === undefined ? {} : { "aria-sort": now })}>
      <button type="button" class="sorts" onClick={press} title={`Sort by ${name}`}>
        {name}
        <svg class={now ?? ""} viewBox="0 0 10 10" aria-hidden="true">
          <path d="M5 1.500V8.500M2 5.500 5 8.500 8 5.500" />
        </svg>
      </button>
    </th>
  );
}
