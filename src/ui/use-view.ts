import { useEffect, useMemo, useState } from "preact/hooks";
import type { MapPage } from "../core/map/map-page.ts";
import type { MapSource } from "./map-source.ts";

/** A page, and what it answers. */
interface Answered {
  readonly page: MapPage;
  readonly query: string;
  readonly source: MapSource;
}

/** What can be shown now: the answer to the query, or the last one as long as that is on its way. */
export interface Shown extends Answered {
  readonly isWaiting: boolean;
  /** Why the answer does not come. */
  readonly problem: string | undefined;
}

/** Asks a source for each new query. An answer that is there at once is shown at once. */
export function useView(source: MapSource, query: string, first: MapPage): Shown {
  const asked = useMemo(() => source.view(query), [source, query]);
  const [last, setLast] = useState<Answered>({ page: first, query, source });
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    setProblem(undefined);
    if (!(asked instanceof Promise)) {
      setLast({ page: asked, query, source });
      return undefined;
    }
    let isWanted = true;
    asked.then(
      (page) => isWanted && setLast({ page, query, source }),
      (error: unknown) => isWanted && setProblem(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      isWanted = false;
    };
  }, [asked]);
  if (!(asked instanceof Promise)) {
    return { page: asked, query, source, isWaiting: false, problem: undefined };
  }
  const isThere = last.query === query && last.source === source;
  return { ...last, isWaiting: !isThere && problem === undefined, problem };
}
