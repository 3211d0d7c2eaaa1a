import { useEffect, useRef, useState } from "preact/hooks";
import { App } from "./app.tsx";
import { askWhatIf, type Draft, type Problem } from "./ask-what-if.ts";
import { servedSource } from "./served-source.ts";
import type { ServerTools } from "./server-tools.ts";

interface PageProps extends Pick<Parameters<typeof App>[0], "source" | "first"> {
  /** Absent for a saved page. */
  readonly served?: { readonly draft?: string };
}

/** The map and what keeps it up to date: new flows, and a draft that is tried on it. */
export function Page({ source: loaded, first, served }: PageProps) {
  const [source, setSource] = useState(loaded);
  const [draft, setDraft] = useState(served?.draft);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const latest = useRef<Draft | undefined>(undefined);
  const beside = useRef(draft);
  beside.current = draft;
  const feed = useFeed(async () => setSource(servedSource(beside.current)));
  const showBeside = (id: string | undefined): void => {
    if (id === beside.current) return;
    setDraft(id);
    setSource(servedSource(id));
    const search = id === undefined ? "" : `?draft=${encodeURIComponent(id)}`;
    history.replaceState(null, "", `${location.pathname}${search}${location.hash}`);
  };
  async function tryDraft(wanted: Draft | undefined): Promise<void> {
    latest.current = wanted;
    const { id, problems: found } = wanted === undefined ? { problems: [] } : await askWhatIf(wanted);
    // The reader may have gone on to another draft in the meantime.
    if (latest.current !== wanted) return;
    setProblems(found);
    showBeside(id);
  }
  const tools: ServerTools = { ...feed, tryDraft, hasDraft: draft !== undefined, problems };
  return <App source={source} first={first} {...(served === undefined ? {} : { tools })} />;
}

/** Follows the server's events while that is wanted. */
function useFeed(
  onChange: () => Promise<void>,
): Pick<ServerTools, "following" | "news" | "looked" | "follow"> {
  const [following, follow] = useState(false);
  const [news, setNews] = useState("");
  const [looked, setLooked] = useState("");
  const changed = useRef(onChange);
  changed.current = onChange;
  useEffect(() => {
    if (!following) return undefined;
    const events = new EventSource("/api/events");
    const time = (): string => new Date().toLocaleTimeString();
    events.addEventListener("following", () => setNews("Following new flows"));
    events.addEventListener("looked", () => setLooked(time()));
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
          ? "Nothing to follow: start the map with --flows or --history"
          : "The server does not answer; trying again",
      );
    return () => {
      events.close();
      setNews("");
      setLooked("");
    };
  }, [following]);
  return { following, news, looked, follow };
}
