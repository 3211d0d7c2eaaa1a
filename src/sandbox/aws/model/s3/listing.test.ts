import fc from "fast-check";
import { expect, it } from "vitest";
import { DEFAULT_ACCOUNT_ID, SandboxWorld } from "../region-state.ts";
import { listObjects } from "./listing.ts";
import { encodeEventKey } from "./notification.ts";
import { s3Store } from "./store.ts";

const arbKey = fc.string({ unit: fc.constantFrom("a", "b", "/"), minLength: 1, maxLength: 4 });

it("shows the same through pages of any size, in order and without repeats", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(arbKey, { maxLength: 12 }),
      fc.constantFrom("", "/"),
      fc.constantFrom("", "a", "a/"),
      fc.integer({ min: 1, max: 4 }),
      (keys, delimiter, prefix, maxKeys) => {
        const store = new SandboxWorld().part(s3Store);
        store.createBucket({ name: "bucket", accountId: DEFAULT_ACCOUNT_ID, region: "us-east-1" });
        for (const key of keys) store.putObject("bucket", key, key);
        const sorted = store.objects("bucket");
        const names = (listing: ReturnType<typeof listObjects>) =>
          [...listing.contents.map((object) => object.key), ...listing.commonPrefixes].sort();
        const whole = names(listObjects(sorted, { prefix, delimiter, startAfter: "", maxKeys: 1000 }));
        const paged: string[] = [];
        for (let startAfter: string | undefined = ""; startAfter !== undefined; ) {
          const page = listObjects(sorted, { prefix, delimiter, startAfter, maxKeys });
          expect(page.contents.length + page.commonPrefixes.length).toBeLessThanOrEqual(maxKeys);
          paged.push(...names(page));
          startAfter = page.nextStartAfter;
        }
        expect(paged).toEqual(whole);
        // Slow and obvious: each key stands for itself or for the folder right below the prefix.
        const folded = keys
          .filter((key) => key.startsWith(prefix))
          .map((key) => {
            const rest = key.slice(prefix.length).split("/");
            return delimiter === "" || rest.length === 1 ? key : `${prefix}${rest[0]}/`;
          });
        expect(whole).toEqual([...new Set(folded)].sort());
      },
    ),
  );
});

it.each([
  ["a b", "a+b"],
  ["a+b", "a%2Bb"],
  ["year=2026/x", "year%3D2026/x"],
  ["ä", "%C3%A4"],
])("writes key %s as %s in events", (key, want) => {
  expect(encodeEventKey(key)).toBe(want);
});
