import { setTimeout as wait } from "node:timers/promises";

/** What those who follow are told of each look: that it was made, that the data changed, or why it failed. */
export type FeedEvent =
  | { readonly kind: "looked" }
  | { readonly kind: "changed" }
  | { readonly kind: "problem"; readonly what: string };

/** Tells those who follow when the map's data changes. */
export interface MapFeed {
  /**
   * Calls back after each look.
   *
   * @returns a function that ends it
   */
  readonly follow: (told: (event: FeedEvent) => void) => () => void;
}

/**
 * Looks for new flows as long as anybody follows, and only then: a page that nobody has open costs no call to AWS.
 *
 * @param look whether anything changed since the last look
 * @param everyMs milliseconds between the end of a look and the next one
 */
export function mapFeed(look: () => Promise<boolean>, everyMs: number): MapFeed {
  const following = new Set<(event: FeedEvent) => void>();
  let isLooking = false;
  const tell = (event: FeedEvent): void => {
    for (const told of following) told(event);
  };
  const lookOn = async (): Promise<void> => {
    isLooking = true;
    while (following.size > 0) {
      await look().then(
        (changed) => {
          tell({ kind: "looked" });
          if (changed) tell({ kind: "changed" });
        },
        (error: unknown) =>
          tell({ kind: "problem", what: error instanceof Error ? error.message : String(error) }),
      );
      // Waiting must not keep the process from ending.
      await wait(everyMs, undefined, { ref: false });
    }
    isLooking = false;
  };
  return {
    follow: (told) => {
      following.add(told);
      if (!isLooking) void lookOn();
      return () => void following.delete(told);
    },
  };
}
