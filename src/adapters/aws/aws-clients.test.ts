import { afterEach, describe, expect, it, vi } from "vitest";
import { sandboxClients } from "../../../test/support/sandbox-clients.ts";
import { secretsManager } from "../../sandbox/aws/model/secrets-manager.ts";
import { startSandboxAws } from "../../sandbox/aws/server.ts";
import { awsClients } from "./aws-clients.ts";
import { awsInventorySource } from "./aws-inventory-source.ts";
import { readSecret } from "./secrets.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("awsClients", () => {
  it("finds endpoint, region and keys in the environment, as every AWS tool does", async () => {
    const running = await startSandboxAws({ region: "eu-north-1" });
    running.sandbox.seed.vpc();
    vi.stubEnv("AWS_ENDPOINT_URL", running.url);
    vi.stubEnv("AWS_REGION", undefined);
    vi.stubEnv("AWS_DEFAULT_REGION", "eu-north-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret");
    const clients = awsClients();
    const inventory = await awsInventorySource(clients).read();
    expect(inventory).toMatchObject({ region: "eu-north-1", accountId: "111122223333" });
    expect(inventory.securityGroups).toHaveLength(1);
    const { client } = await clients.s3();
    expect(client.config.forcePathStyle).toBe(true);
    clients.close();
    await running.close();
  });

  it("finds them in an environment that is handed to it, too", async () => {
    const running = await startSandboxAws();
    const env = {
      AWS_ENDPOINT_URL: running.url,
      AWS_REGION: "eu-south-1",
      AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE",
      AWS_SECRET_ACCESS_KEY: "secret",
    };
    const clients = awsClients({ env });
    expect(await awsInventorySource(clients).read()).toMatchObject({ region: "eu-south-1" });
    clients.close();
    await running.close();
  });

  it("loads and makes each client once", async () => {
    const { clients } = sandboxClients();
    const [a, b] = await Promise.all([clients.ec2(), clients.ec2()]);
    expect(a.client).toBe(b.client);
    expect((await clients.ec2Writes()).client).not.toBe(a.client);
  });

  it("acts in the account of a role that it takes", async () => {
    const { sandbox, clients } = sandboxClients({ role: { roleArn: "arn:aws:iam::444455556666:role/moat" } });
    sandbox.seedIn("444455556666", "eu-west-1").vpc();
    const inventory = await awsInventorySource(clients).read();
    expect(inventory.accountId).toBe("444455556666");
    expect(inventory.securityGroups.map((g) => g.ownerId)).toEqual(["444455556666"]);
  });

  it("says what to do when nobody listens", async () => {
    const clients = awsClients({
      region: "eu-west-1",
      endpoint: "http://127.0.0.1:1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      maxAttempts: 1,
    });
    await expect(awsInventorySource(clients).read()).rejects.toMatchObject({
      kind: "unreachable",
      code: "ECONNREFUSED",
      fix: expect.stringContaining("AWS_ENDPOINT_URL"),
    });
  });

  it("says what to do without a region, and without credentials", async () => {
    vi.stubEnv("AWS_REGION", undefined);
    vi.stubEnv("AWS_DEFAULT_REGION", undefined);
    vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent");
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", undefined);
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    await expect(awsInventorySource(awsClients()).read()).rejects.toMatchObject({
      kind: "invalid",
      code: "RegionMissing",
    });
    await expect(awsInventorySource(awsClients({ region: "eu-west-1" })).read()).rejects.toMatchObject({
      kind: "credentials",
      code: "CredentialsProviderError",
    });
  });
});

describe("readSecret", () => {
  it("gives the current text", async () => {
    const { sandbox, clients } = sandboxClients();
    sandbox.region().part(secretsManager).put("pce", '{"key":"k"}');
    expect(await readSecret(clients, "pce")).toBe('{"key":"k"}');
    await expect(readSecret(clients, "nobody")).rejects.toMatchObject({ kind: "notFound" });
  });
});
