import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { environmentCredentials, secretStoreCredentials } from "./credentials-providers.ts";

describe("environmentCredentials", () => {
  it("reads the key and the secret", async () => {
    const env = { MOAT_PCE_KEY: " 1a2b ", MOAT_PCE_SECRET: "s3cr3t\n", MOAT_PCE_SECRET_FILE: "/nowhere" };
    expect(await environmentCredentials(env)()).toEqual({ user: "1a2b", secret: "s3cr3t" });
  });

  it("reads the file each time, because secrets are rotated", async () => {
    const path = join(await mkdtemp(join(tmpdir(), "moat-secret-")), "secret");
    const provider = environmentCredentials({ MOAT_PCE_KEY: "1a2b", MOAT_PCE_SECRET_FILE: path });
    await writeFile(path, "one\n");
    expect((await provider()).secret).toBe("one");
    await writeFile(path, "two\n");
    expect((await provider()).secret).toBe("two");
    await writeFile(path, "\n");
    await expect(provider()).rejects.toThrow("is empty");
  });

  it.each([
    [{}, "MOAT_PCE_KEY is not set"],
    [{ MOAT_PCE_KEY: "1a2b" }, "Neither MOAT_PCE_SECRET nor MOAT_PCE_SECRET_FILE is set"],
    [{ MOAT_PCE_KEY: "1a2b", MOAT_PCE_SECRET_FILE: "/nowhere/at/all" }, "cannot be read: ENOENT"],
  ])("%j: %s", async (env, message) => {
    await expect(environmentCredentials(env)()).rejects.toThrow(message);
    await expect(environmentCredentials(env)()).rejects.toMatchObject({ kind: "credentials" });
  });
});

describe("secretStoreCredentials", () => {
  it("reads a JSON secret", async () => {
    const provider = secretStoreCredentials("moat/pce", async () => '{"key":"api_1","secret":"s3cr3t"}');
    expect(await provider()).toEqual({ user: "api_1", secret: "s3cr3t" });
  });

  it.each(["s3cr3t", '{"key":"s3cr3t"}', "[]"])("names the secret and not its content: %s", async (text) => {
    const error = await secretStoreCredentials("moat/pce", async () => text)().catch(String);
    expect(error).toContain('"moat/pce"');
    expect(error).not.toContain("s3cr3t");
  });
});
