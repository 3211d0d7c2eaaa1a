import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fileFlowLogs } from "./file-flow-logs.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "moat-flows-"));
  await mkdir(join(folder, "day/10"), { recursive: true });
  await writeFile(join(folder, "day/b.log.gz"), gzipSync("b\n"));
  await writeFile(join(folder, "day/10/a.log"), "a\n");
  await writeFile(join(folder, "day/.DS_Store"), "x");
  await symlink(folder, join(folder, "day/up"));
});
afterAll(() => rm(folder, { recursive: true }));

async function all(paths: readonly string[], stdin?: AsyncIterable<Uint8Array>): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const object of fileFlowLogs(paths, stdin === undefined ? {} : { stdin }).list()) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of object.read()) if (chunk instanceof Uint8Array) chunks.push(chunk);
    found.push([object.name.replace(folder, ""), Buffer.concat(chunks).toString()]);
  }
  return found;
}

it("lists a folder's files, sorted, without dot files, and follows no circle", async () => {
  expect(await all([folder])).toEqual([
    ["/day/10/a.log", "a\n"],
    ["/day/b.log.gz", "b\n"],
  ]);
});

it("takes files in the order given", async () => {
  expect(await all([join(folder, "day/b.log.gz"), join(folder, "day/10/a.log")])).toEqual([
    ["/day/b.log.gz", "b\n"],
    ["/day/10/a.log", "a\n"],
  ]);
});

it("reads standard input, also compressed", async () => {
  async function* stdin(): AsyncGenerator<Uint8Array> {
    yield gzipSync("piped\n");
  }
  expect(await all(["-"], stdin())).toEqual([["standard input", "piped\n"]]);
});

it("says which path does not exist", async () => {
  await expect(all([join(folder, "nope")])).rejects.toMatchObject({
    name: "FlowLogFault",
    message: `"${join(folder, "nope")}" does not exist`,
  });
});
