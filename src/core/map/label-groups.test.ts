import fc from "fast-check";
import { expect, it } from "vitest";
import { labelGroups } from "./label-groups.ts";

const labels = fc.dictionary(
  fc.constantFrom("app", "env", "toString", "__proto__x"),
  fc.constantFrom("a", "b", "", "app"),
);
const keys = fc.uniqueArray(fc.constantFrom("app", "env", "toString", "nobody"));

it("gives the same number to those who carry the same values, in the order of the first of each", () => {
  fc.assert(
    fc.property(fc.array(labels.map((each) => ({ labels: each }))), keys, (list, by) => {
      const texts = list.map((each) =>
        JSON.stringify(by.map((key) => (Object.hasOwn(each.labels, key) ? [each.labels[key]] : []))),
      );
      const first = [...new Set(texts)];
      expect([...labelGroups(list, by)]).toEqual(texts.map((text) => first.indexOf(text)));
    }),
  );
});
