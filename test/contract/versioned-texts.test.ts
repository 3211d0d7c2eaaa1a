import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { awsClients } from "../../src/adapters/aws/aws-clients.ts";
import { s3Texts } from "../../src/adapters/aws/s3-texts.ts";
import { fileTexts } from "../../src/adapters/file/file-texts.ts";
import { textsInMemory } from "../../src/adapters/notify/texts-in-memory.ts";
import { uploadLedger } from "../../src/adapters/pce/upload-ledger.ts";
import { doubted, EMPTY_WINDOW, marked } from "../../src/core/upload/upload-window.ts";
import type { VersionedTexts } from "../../src/ports/versioned-text.ts";
import { inProcessRequestHandler } from "../../src/sandbox/aws/in-process.ts";
import { createSandboxAws } from "../../src/sandbox/aws/sandbox-aws.ts";

const folders = mkdtempSync(join(tmpdir(), "moat-texts-"));
const sandbox = createSandboxAws();
sandbox.s3.createBucket({ name: "state", accountId: "111122223333", region: "eu-west-1" });
const clients = awsClients({
  region: "eu-west-1",
  credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" },
  requestHandler: inProcessRequestHandler(sandbox),
  env: {},
});
afterAll(() => {
  clients.close();
  rmSync(folders, { recursive: true });
});

let count = 0;
const fresh = (): string => `place-${++count}`;

/** One suite for every place in which small texts lie that several processes write. */
describe.each<[string, () => VersionedTexts]>([
  ["a folder", () => fileTexts(join(folders, fresh()))],
  ["S3", () => s3Texts(clients, { bucket: "state", prefix: `moat/${fresh()}` })],
  ["memory", () => textsInMemory(Date.now)],
])("texts in %s", (_, make) => {
  it("are none at first", async () => {
    const texts = make();
    expect(await texts.list()).toEqual([]);
    expect(await texts.of("2026-08-15T22").read()).toBeUndefined();
    await texts.remove("2026-08-15T22");
  });

  it("are read as they were written, and listed in order with the time", async () => {
    const texts = make();
    expect(await texts.of("2026-08-15T23").write("ä\n{}", undefined)).toBe(true);
    expect(await texts.of("2026-08-15T22").write("b", undefined)).toBe(true);
    expect((await texts.of("2026-08-15T23").read())?.text).toBe("ä\n{}");
    const list = await texts.list();
    expect(list.map(({ id }) => id)).toEqual(["2026-08-15T22", "2026-08-15T23"]);
    for (const { writtenAt } of list) {
      // The sandbox has a time of its own.
      expect(writtenAt).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 1));
      expect(writtenAt).toBeLessThanOrEqual(Date.now() + 1000);
    }
  });

  it("are written only over what was read", async () => {
    const text = make().of("one");
    expect(await text.write("1", undefined)).toBe(true);
    expect(await text.write("other", undefined)).toBe(false);
    const first = await text.read();
    expect(await text.write("2", first?.version)).toBe(true);
    expect(await text.write("late", first?.version)).toBe(false);
    expect((await text.read())?.text).toBe("2");
  });

  it("let one of many writers through each time, and lose no write", async () => {
    const texts = make();
    const add = async (name: string): Promise<void> => {
      for (;;) {
        const text = texts.of("all");
        const known = await text.read();
        if (await text.write(`${known?.text ?? ""}${name} `, known?.version)) return;
      }
    };
    const names = Array.from({ length: 40 }, (__, i) => `w${i}`);
    await Promise.all(names.map(add));
    const written = (await texts.of("all").read())?.text.trim().split(" ") ?? [];
    expect(written.toSorted()).toEqual(names.toSorted());
  });

  it("are not written over once they were removed", async () => {
    const texts = make();
    await texts.of("one").write("1", undefined);
    const read = await texts.of("one").read();
    await texts.remove("one");
    expect(await texts.of("one").read()).toBeUndefined();
    expect(await texts.of("one").write("2", read?.version)).toBe(false);
    expect(await texts.list()).toEqual([]);
    expect(await texts.of("one").write("3", undefined)).toBe(true);
  });

  it("carry a ledger, and a text that makes no sense is a fault, not an empty one", async () => {
    const texts = make();
    const ledger = uploadLedger(texts);
    const flows = [
      { consumer: "10.0.0.1", provider: "10.0.9.5", port: 3306, protocol: 6 },
      { consumer: "2001:db8::1", provider: "2001:db8::9", port: 53, protocol: 17 },
    ];
    const window = doubted(marked(EMPTY_WINDOW, { id: "a", at: 7 }, flows, 1000), "a");
    expect(await ledger.read("w")).toBeUndefined();
    expect(await ledger.write("w", window, undefined)).toBe(true);
    expect((await ledger.read("w"))?.window).toEqual(window);
    const { version } = (await texts.of("w").read()) ?? {};
    await texts.of("w").write('{"version":1,"told":{}}', version);
    await expect(ledger.read("w")).rejects.toMatchObject({ name: "UploadLedgerFault" });
  });
});

describe("a text in a folder", () => {
  it("keeps few old versions, and lets nobody write in the place of one that is gone", async () => {
    const root = join(folders, fresh());
    const text = fileTexts(root).of("one");
    let slow: string | undefined;
    for (let n = 0; n < 60; n += 1) {
      const known = await text.read();
      if (n === 3) slow = known?.version;
      expect(await text.write(String(n), known?.version)).toBe(true);
    }
    expect(readdirSync(join(root, "one")).length).toBeLessThan(20);
    expect(await text.write("from long ago", slow)).toBe(false);
    expect((await text.read())?.text).toBe("59");
    expect(readdirSync(join(root, "one")).filter((name) => !/^\d{8}\.json$/.test(name))).toEqual([]);
  });

  it("says when its place cannot be written to", async () => {
    const file = join(folders, fresh());
    writeFileSync(file, "");
    const text = fileTexts(join(file, "below")).of("one");
    await expect(text.write("1", undefined)).rejects.toMatchObject({ name: "UploadLedgerFault" });
  });
});
