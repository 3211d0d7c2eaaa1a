import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createPolicyFolder } from "./policy-folder.ts";
import { writePolicyFolder } from "./policy-folder-writer.ts";

const label = { href: "/orgs/1/labels/11", key: "role", value: "database" };

async function folderOf(files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "moat-policy-"));
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return folder;
}

describe("a policy folder", () => {
  it("reads the files that are there, and the version of sec_policy.json", async () => {
    const folder = await folderOf({
      "labels.json": [label],
      "sec_policy.json": { href: "/orgs/1/sec_policy/81", version: 81 },
      "notes.txt": "not ours",
    });
    const policy = await createPolicyFolder(folder).read("active");
    expect(policy).toMatchObject({
      source: "pce",
      version: "81",
      complete: true,
      labels: [label],
      workloads: [],
    });
  });

  it("has a digest of the content for a version, when it names none", async () => {
    const versionOf = async (files: object) =>
      (await createPolicyFolder(await folderOf({ ...files })).read("active")).version;
    const one = await versionOf({ "labels.json": [label] });
    expect(one).toMatch(/^sha256:[0-9a-f]{16}$/);
    expect(await versionOf({ "labels.json": [label] })).toBe(one);
    expect(await versionOf({ "labels.json": [] })).not.toBe(one);
    expect(await versionOf({ "ip_lists.json": [label] })).not.toBe(one);
  });

  it("reads a file with a byte order mark", async () => {
    const folder = await folderOf({ "labels.json": `\uFEFF${JSON.stringify([label])}` });
    expect((await createPolicyFolder(folder).read("active")).labels).toHaveLength(1);
  });

  it("gives the draft only when it holds one", async () => {
    const ruleSet = (pversion: string) => ({
      href: `/orgs/1/sec_policy/${pversion}/rule_sets/5`,
      scopes: [[]],
    });
    const active = createPolicyFolder(await folderOf({ "rule_sets.json": [ruleSet("active")] }));
    await expect(active.read("draft")).rejects.toThrow("holds the active policy, not the draft");
    const draft = createPolicyFolder(await folderOf({ "rule_sets.json": [ruleSet("draft")] }));
    expect((await draft.read("draft")).ruleSets).toHaveLength(1);
    expect((await draft.read("active")).ruleSets).toHaveLength(1);
  });

  it.each([
    [{}, "holds no collection of a policy"],
    [{ "labels.json": { labels: [] } }, 'labels.json" holds an object, not an array'],
    [{ "labels.json": "null" }, 'labels.json" holds null, not an array'],
    [{ "labels.json": '"x"' }, 'labels.json" holds string, not an array'],
    [{ "labels.json": '[\n  {"href": "a"},\n  {"href": oops}\n]' }, "it breaks at line 3, column 12"],
    [{ "labels.json": "[1, 2" }, "it breaks at line 1, column 6"],
    [{ "labels.json": "" }, "it breaks at line 1, column 1"],
    [{ "labels.json": [], "sec_policy.json": {} }, 'sec_policy.json" names no policy version'],
  ])("%j: %s", async (files, message) => {
    const read = createPolicyFolder(await folderOf(files)).read("active");
    await expect(read).rejects.toThrow(message);
    await expect(read).rejects.toMatchObject({ kind: "invalid", fix: expect.stringMatching(/./) });
  });

  it("says that the folder is missing, or is a file", async () => {
    const folder = await folderOf({ "labels.json": [] });
    const missing = createPolicyFolder(join(folder, "nowhere")).read("active");
    await expect(missing).rejects.toMatchObject({
      kind: "notFound",
      message: expect.stringContaining("nowhere"),
    });
    const file = createPolicyFolder(join(folder, "labels.json")).read("active");
    await expect(file).rejects.toThrow("is not a folder");
  });

  it("says that a collection is a folder", async () => {
    const folder = await folderOf({});
    await mkdir(join(folder, "labels.json"));
    await expect(createPolicyFolder(folder).read("active")).rejects.toThrow("cannot be read: EISDIR");
  });
});

describe("writePolicyFolder", () => {
  const token = { policy: "active", version: "81", since: "2026-01-01T00:00:00.000Z", seen: [] } as const;
  const read = {
    secPolicy: { version: 81 },
    token,
    complete: true,
    problems: [],
    collections: { labels: [label] },
  };

  it("writes what the reader reads, an object a line", async () => {
    const folder = join(await folderOf({}), "deep", "policy");
    const written = await writePolicyFolder(folder, read);
    expect(written.files).toHaveLength(9);
    expect(written.files[0]).toEqual({ name: "labels.json", rows: 1 });
    expect(await readFile(join(folder, "labels.json"), "utf8")).toBe(`[\n${JSON.stringify(label)}\n]\n`);
    expect(await readFile(join(folder, "rule_sets.json"), "utf8")).toBe("[]\n");
    expect(await createPolicyFolder(folder).read("active")).toMatchObject({ version: "81", labels: [label] });
  });

  it("refuses an incomplete read, which would pass for a whole one", async () => {
    const folder = join(await folderOf({}), "policy");
    const problem = { code: "PCE_CUT_SHORT", what: "labels are cut", why: "", fix: "use a global role" };
    const write = writePolicyFolder(folder, { ...read, complete: false, problems: [problem] });
    await expect(write).rejects.toMatchObject({
      message: expect.stringContaining("labels are cut"),
      fix: problem.fix,
    });
    await expect(readFile(join(folder, "labels.json"))).rejects.toThrow("ENOENT");
  });

  it("says when it may not write", async () => {
    const folder = await folderOf({ policy: "a file" });
    await expect(writePolicyFolder(join(folder, "policy"), read)).rejects.toMatchObject({ kind: "denied" });
  });
});
