import { expect, it } from "vitest";
import { type FeedEvent, mapFeed } from "./map-feed.ts";

it("looks while somebody follows, tells changes and faults, and stops when the last one has gone", async () => {
  const answers: (boolean | Error)[] = [false, true, new Error("S3 is away"), true];
  let looks = 0;
  const feed = mapFeed(async () => {
    const answer = answers[looks] ?? false;
    looks += 1;
    if (answer instanceof Error) throw answer;
    return answer;
  }, 1);
  expect(looks).toBe(0);
  const [one, two]: [FeedEvent[], FeedEvent[]] = [[], []];
  const stops = [feed.follow((event) => one.push(event)), feed.follow((event) => two.push(event))];
  await expect
    .poll(() => one.slice(0, 6))
    .toEqual([
      { kind: "looked" },
      { kind: "looked" },
      { kind: "changed" },
      { kind: "problem", what: "S3 is away" },
      { kind: "looked" },
      { kind: "changed" },
    ]);
  expect(two.slice(0, 6)).toEqual(one.slice(0, 6));
  for (const stop of stops) stop();
  await new Promise((resolve) => setTimeout(resolve, 20));
  const before = looks;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(looks).toBe(before);
  feed.follow(() => {})();
  await expect.poll(() => looks).toBe(before + 1);
});
