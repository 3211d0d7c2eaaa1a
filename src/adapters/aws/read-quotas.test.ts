import { afterEach, describe, expect, it, vi } from "vitest";
import { operations, sandboxClients } from "../../../test/support/sandbox-clients.ts";
import { readQuotas } from "./read-quotas.ts";

const asked = (sandbox: Parameters<typeof operations>[0]): number =>
  operations(sandbox).filter((operation) => operation === "GetServiceQuota").length;

describe("readQuotas", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("asks once in five minutes, for each account apart", async () => {
    const now = vi.spyOn(Date, "now").mockReturnValue(1_800_000_000_000);
    const { sandbox, clients } = sandboxClients();
    const first = await readQuotas(clients);
    const once = asked(sandbox);
    expect(once).toBeGreaterThan(0);
    now.mockReturnValue(1_800_000_299_999);
    expect(await readQuotas(clients)).toEqual(first);
    expect(asked(sandbox)).toBe(once);
    now.mockReturnValue(1_800_000_300_000);
    await readQuotas(clients);
    expect(asked(sandbox)).toBe(2 * once);
    const other = sandboxClients();
    await readQuotas(other.clients);
    expect(asked(other.sandbox)).toBe(once);
  });

  it("asks again where it had no answer", async () => {
    const { sandbox, clients } = sandboxClients();
    const mend = sandbox.faults.add({
      match: { operation: "GetServiceQuota" },
      when: "before",
      error: { code: "AccessDeniedException", httpStatus: 403, message: "no" },
    });
    expect((await readQuotas(clients)).findings).toHaveLength(1);
    mend();
    expect((await readQuotas(clients)).findings).toEqual([]);
  });
});
