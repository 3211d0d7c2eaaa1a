import { describe, expect, it } from "vitest";
import { allowInLab, labelled } from "../lab.ts";
import { faultLab, hosts, oldGet, planned, plannedCidrs, WEB, WEB_ADDRESSES } from "./fault-lab.ts";
import { oldGrants } from "./old-lambda.ts";

describe("addresses", () => {
  it("admits every usable interface of a workload, leaves link-local ones out, and does not fall over a workload without any", async () => {
    const many = {
      name: "web-many",
      addresses: ["10.20.1.21", "169.254.10.1", "10.20.1.23", "10.20.1.25"],
      labels: labelled("web"),
    };
    const lab = faultLab({ consumers: [...WEB, many] });
    allowInLab(lab, "orders", ["role=web"]);
    const old = hosts(await oldGrants(oldGet(lab), "orders production"));
    expect(planned(await lab.plan())).toEqual([...WEB_ADDRESSES, "10.20.1.21", "10.20.1.23", "10.20.1.25"]);
    expect(old).toContain("169.254.10.1");
    expect(old).not.toContain("10.20.1.25");

    lab.pce.seed.workload({ name: "web-none", labels: labelled("web"), managed: true });
    expect(planned(await lab.plan())).toHaveLength(6);
    await expect(oldGrants(oldGet(lab), "orders production")).rejects.toThrow("IndexError");
  });

  it("writes IPv6 addresses as IPv6 ranges", async () => {
    const dual = { name: "web-dual", addresses: ["2001:db8::21"], labels: labelled("web") };
    const lab = faultLab({
      consumers: [dual],
      databases: [{ id: "orders", groups: ["legacy"], ipv6: true }],
    });
    allowInLab(lab, "orders", ["role=web"]);
    expect(plannedCidrs(await lab.plan())).toEqual(["2001:db8::21/128"]);
    await lab.run();
    expect(lab.sandbox.calls.filter((c) => c.seen !== "ok" && c.call.isWrite)).toEqual([]);
    expect(await oldGrants(oldGet(lab), "orders production")).toEqual(["2001:db8::21/32"]);
  });

  it("reads IP lists whole: ranges, exclusions, and a word about names that no group can hold", async () => {
    const lab = faultLab();
    const list = lab.pce.seed.ipList(
      "partners",
      ["10.20.1.60-10.20.1.66", "!10.20.1.62-10.20.1.63"],
      ["vpn.example.com"],
    );
    allowInLab(lab, "orders", [list]);
    const plan = await lab.plan();
    expect(planned(plan)).toEqual(["10.20.1.60", "10.20.1.61", "10.20.1.64", "10.20.1.65", "10.20.1.66"]);
    expect(plan.databases[0]?.findings.map((f) => f.code)).toContain("IP_LIST_FQDNS_IGNORED");
    // The old reader kept what stands before the hyphen, and nobody called it anyway.
    await expect(oldGrants(oldGet(lab), "orders production")).rejects.toThrow("KeyError");
  });

  it("reads more than 500 workloads, or says that it did not", async () => {
    const crowd = Array.from({ length: 520 }, (_, i) => ({
      name: `web-${i}`,
      addresses: [`10.20.${100 + Math.floor(i / 200)}.${1 + (i % 200)}`],
      labels: labelled("web"),
    }));
    const lab = faultLab({ consumers: crowd });
    allowInLab(lab, "orders", ["role=web"]);
    expect(planned(await lab.plan())).toHaveLength(520);
    expect(await oldGrants(oldGet(lab), "orders production")).toHaveLength(500);
  });
});
