import type { DatabaseDetails } from "../core/map/database-details.ts";
import type { MapPage } from "../core/map/map-page.ts";
import { keeping, type MapSource } from "./map-source.ts";

/**
 * A source that asks the server, which does the adding up.
 *
 * @param draft the server's name for a draft that it judged, to be shown beside the policy in force
 */
export function servedSource(draft?: string): MapSource {
  const beside = draft === undefined ? "" : `draft=${encodeURIComponent(draft)}&`;
  const views = latestOnly(async (query) => (await ask(`/api/view?${beside}${query}`)).json());
  return keeping({
    view: (query) => views(query) as Promise<MapPage>,
    database: async (arn) => {
      const answer = await fetch(`/api/database?${beside}arn=${encodeURIComponent(arn)}`);
      return answer.ok ? ((await answer.json()) as DatabaseDetails) : undefined;
    },
    explain: async (source, database) => {
      const [from, to] = [source, database].map(encodeURIComponent);
      const answer = await fetch(`/api/explain?${beside}source=${from}&database=${to}`);
      return answer.ok ? answer.json() : undefined;
    },
    saved: async (query, format) => (await ask(`/api/export?${beside}format=${format}&${query}`)).text(),
  });
}

async function ask(path: string): Promise<Response> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(await answer.text());
  return answer;
}

/**
 * Asks one question at a time. Of those that come meanwhile, as while somebody types, only the last one is asked; the
 * others are never answered.
 */
function latestOnly<T>(askOne: (query: string) => Promise<T>): (query: string) => Promise<T> {
  let busy = false;
  let waiting: (() => void) | undefined;
  const start = (query: string, settle: (answer: Promise<T>) => void): void => {
    busy = true;
    const answer = askOne(query);
    settle(answer);
    void answer
      .catch(() => undefined)
      .then(() => {
        busy = false;
        const next = waiting;
        waiting = undefined;
        next?.();
      });
  };
  return (query) =>
    new Promise((resolve) => {
      if (busy) waiting = () => start(query, resolve);
      else start(query, resolve);
    });
}
