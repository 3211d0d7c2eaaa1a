import { expect, it } from "vitest";
import type { FlowLogObject } from "../ports/flow-log-objects.ts";
import { begunAhead } from "./begun-ahead.ts";

/** Objects that note what happens to them. */
function noted(sizes: Readonly<Record<string, number | undefined>>, log: string[], failAfter = false) {
  return (async function* list(): AsyncGenerator<FlowLogObject> {
    for (const [name, size] of Object.entries(sizes)) {
      yield {
        name,
        ...(size === undefined ? {} : { size }),
        async *read() {
          log.push(`begin ${name}`);
          try {
            yield Buffer.from(name);
            yield Buffer.from("end");
          } finally {
            log.push(`close ${name}`);
          }
        },
      };
    }
    if (failAfter) throw new Error("no more pages");
  })();
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function textOf(object: FlowLogObject): Promise<string> {
  let text = "";
  for await (const part of object.read()) text += Buffer.from(part as Uint8Array).toString();
  return text;
}

it("begins the next object while one is worked on, and none beyond it", async () => {
  const log: string[] = [];
  const texts: string[] = [];
  for await (const object of begunAhead(noted({ a: 1, b: 1, c: 1 }, log))) {
    await settled();
    log.push(`work ${object.name}`);
    texts.push(await textOf(object));
  }
  expect(texts).toEqual(["aend", "bend", "cend"]);
  expect(log).toEqual([
    "begin a",
    "begin b",
    "work a",
    "close a",
    "begin c",
    "work b",
    "close b",
    "work c",
    "close c",
  ]);
});

it("does not begin what is large, or how large nobody knows", async () => {
  const log: string[] = [];
  for await (const object of begunAhead(noted({ a: 1, large: 1e9, unknown: undefined }, log))) {
    await settled();
    log.push(`work ${object.name}`);
    await textOf(object);
  }
  expect(log.filter((each) => !each.startsWith("close"))).toEqual([
    "begin a",
    "work a",
    "work large",
    "begin large",
    "work unknown",
    "begin unknown",
  ]);
});

it("closes what it has begun when nobody goes on", async () => {
  const log: string[] = [];
  for await (const object of begunAhead(noted({ a: 1, b: 1 }, log))) {
    await textOf(object);
    break;
  }
  expect(log.filter((each) => each.endsWith("b"))).toEqual(["begin b", "close b"]);
});

it("tells what is wrong with a list once the objects before it were worked on", async () => {
  const worked: string[] = [];
  const reading = (async () => {
    for await (const object of begunAhead(noted({ a: 1, b: 1 }, [], true))) worked.push(await textOf(object));
  })();
  await expect(reading).rejects.toThrow("no more pages");
  expect(worked).toEqual(["aend", "bend"]);
});
