import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { verifyAudit } from "../../core/audit/verify-audit.ts";
import type { AuditEntry } from "../../ports/audit-log.ts";
import { fileAuditLog } from "./file-audit-log.ts";
import { readAuditFile } from "./read-audit-file.ts";
import { sha256 } from "./sha256.ts";

const entry = (why: string): AuditEntry => ({
  at: "2026-11-24T08:00:00.000Z",
  database: "arn:aws:rds:eu-west-1:1:db:orders",
  action: "tag",
  step: { action: "tag", group: "sg-m", why },
  why,
  basis: "0123",
});
const path = async (): Promise<string> => join(await mkdtemp(join(tmpdir(), "moat-audit-")), "audit.jsonl");

describe("fileAuditLog", () => {
  it("links each line to the one before, however many are written at once", async () => {
    const file = await path();
    const log = fileAuditLog(file);
    await Promise.all(Array.from({ length: 20 }, (_, i) => log.record(entry(`write ${i}`))));
    const lines = await readAuditFile(file);
    expect(lines).toHaveLength(20);
    expect(verifyAudit([{ lines }], sha256).violations).toEqual([]);
  });

  it("goes on where an earlier process stopped, also after a line longer than a read", async () => {
    const file = await path();
    await fileAuditLog(file).record(entry("x".repeat(200_000)));
    await fileAuditLog(file).record(entry("second"));
    const lines = await readAuditFile(file);
    expect(lines[1]?.record?.previous).toBe(sha256((await readFile(file, "utf8")).split("\n")[0] ?? ""));
  });

  it("reads back who carried a group that rules name, without which a replay would miss them", async () => {
    const file = await path();
    const start = {
      purpose: "enforce" as const,
      mode: "enforce",
      managed: [],
      attached: [],
      keptGroups: [],
      groups: {},
      rules: [],
      members: { "sg-1": ["10.0.0.1/32"] },
    };
    await fileAuditLog(file).record({ ...entry("first"), start });
    expect((await readAuditFile(file))[0]?.record?.start?.members).toEqual({ "sg-1": ["10.0.0.1/32"] });
  });

  it("refuses the write when the record cannot be made, and the next one still can be", async () => {
    await expect(fileAuditLog("/nowhere/audit.jsonl").record(entry("lost"))).rejects.toThrow();
  });
});
