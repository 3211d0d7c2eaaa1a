import { useEffect, useRef, useState } from "preact/hooks";
import type { MapData } from "../core/map/map-data.ts";
import { App } from "./app.tsx";
import { askWhatIf, type Draft, type Problem } from "./ask-what-if.ts";

/** What only a served page can do. */
export interface ServerTools {
  readonly following: boolean;
  /** Why following does not go well, or that it does. */
  readonly news: string;
  readonly follow: (wanted: boolean) => void;
  readonly tryDraft: (draft: Draft | undefined) => void;
  readonly draft: Draft | undefined;
  /** What is wrong with the draft that was tried last. */
  readonly problems: readonly Problem[];
}

interface PageProps {
  readonly loaded: MapData;
  /** Asks the server again; absent for a saved page. */
  readonly reload?: () => Promise<MapData>;
}

/** The map and what keeps it up to date: new flows, and a draft that is tried on it. */
export function Page({ loaded, reload }: PageProps) {
  const [base, setBase] = useState(loaded);
  const [tried, setTried] = useState<{ readonly draft: Draft; readonly data: MapData }>();
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const latest = useRef<Draft | undefined>(undefined);
  const feed = useFeed(async () => {
    if (reload !== undefined) setBase(await reload());
    if (latest.current !== undefined) await tryDraft(latest.current);
  });
  async function tryDraft(draft: Draft | undefined): Promise<void> {
    latest.current = draft;
    if (draft === undefined) {
      setTried(undefined);
      setProblems([]);
      return;
    }
    const answer = await askWhatIf(draft);
    // The reader may have gone on to another draft in the meantime.
    if (latest.current !== draft) return;
    setProblems(answer.problems);
    if (answer.data !== undefined) setTried({ draft, data: answer.data });
    else setTried(undefined);
  }
  const tools: ServerTools = { ...feed, tryDraft, draft: tried?.draft, problems };
  return <App data={tried?.data ?? base} {...(reload === undefined ? {} : { tools })} />;
}

/** Follows the server's events while that is wanted. */
function useFeed(onChange: () => Promise<void>): Pick<ServerTools, "following" | "news" | "follow"> {
  const [following, follow] = useState(false);
  const [news, setNews] = useState("");
  const changed = useRef(onChange);
  changed.current = onChange;
  useEffect(() => {
    if (!following) return undefined;
    const events = new EventSource("/api/events");
    const time = (): string => new Date().toLocaleTimeString();
    events.addEventListener("following", () => setNews("Following new flows"));
    events.addEventListener("changed", () => {
      changed.current().then(
        () => setNews(`New flows at ${time()}`),
        (error: unknown) => setNews(`New flows could not be loaded: ${String(error)}`),
      );
    });
    events.addEventListener("problem", (event) => setNews(`A look for flows failed: ${event.data}`));
    events.onerror = () =>
      setNews(
        events.readyState === EventSource.CLOSED
          ? "This server follows no flow logs: it needs --flows, and no --draft"
          : "The server does not answer; trying again",
      );
    return () => {
      events.close();
      setNews("");
    };
  }, [following]);
  return { following, news, follow };
}
