import { describe, expect, it } from "vitest";
import { allowInLab, known, labelled } from "../lab.ts";
import { faultLab, hosts, oldGet, planned, WEB, WEB_ADDRESSES } from "./fault-lab.ts";
import { OLD_PORT, oldConsumerLabel, oldDatabaseId, oldGrants } from "./old-lambda.ts";

const PROVIDERS_AS_SERVICES = {
  resolve_labels_as: { providers: ["virtual_services"], consumers: ["workloads"] },
};

describe("policy", () => {
  it("enforces what is provisioned, never a draft", async () => {
    const lab = faultLab({
      consumers: [...WEB, { name: "batch", addresses: ["10.20.1.40"], labels: labelled("batch") }],
    });
    const { rule } = allowInLab(lab, "orders", ["role=web"]);
    const batch = lab.pce.seed.label("role", "batch");
    lab.pce.seed.update(rule, { consumers: [{ label: { href: batch } }] });
    expect(planned(await lab.plan())).toEqual(WEB_ADDRESSES);
    expect(hosts(await oldGrants(oldGet(lab), "orders production"))).toEqual(["10.20.1.40"]);
  });

  it("takes every active rule set into account, not one that is named", async () => {
    const lab = faultLab({
      consumers: [...WEB, { name: "batch", addresses: ["10.20.1.40"], labels: labelled("batch") }],
    });
    allowInLab(lab, "orders", ["role=web"]);
    const second = lab.pce.seed.ruleSet("second", [["app=orders", "env=prod"]]);
    lab.pce.seed.rule(second, {
      providers: ["role=database"],
      consumers: ["role=batch"],
      fields: PROVIDERS_AS_SERVICES,
    });
    lab.pce.seed.provision();
    expect(planned(await lab.plan())).toEqual([...WEB_ADDRESSES, "10.20.1.40"]);
    expect(hosts(await oldGrants(oldGet(lab), "orders production"))).not.toContain("10.20.1.40");
  });

  it("reads every rule and every kind of actor, not the first label of the first rule", async () => {
    const batch = { name: "batch", addresses: ["10.20.1.40"], labels: labelled("batch") };
    const lab = faultLab({ consumers: [...WEB, batch] });
    const bastions = lab.pce.seed.ipList("bastions", ["10.20.1.60"]);
    const { ruleSet } = allowInLab(lab, "orders", [bastions, "role=web"]);
    lab.pce.seed.rule(ruleSet, {
      providers: ["role=database"],
      consumers: [known(lab.workloads, "batch")],
      fields: PROVIDERS_AS_SERVICES,
    });
    lab.pce.seed.provision();
    expect(planned(await lab.plan())).toEqual([...WEB_ADDRESSES, "10.20.1.40", "10.20.1.60"]);
    await expect(oldConsumerLabel(oldGet(lab), "orders production")).rejects.toThrow("KeyError");
  });

  describe("keeps to all that limits a rule", () => {
    const dev = { name: "dev", addresses: ["10.20.1.50"], labels: { ...labelled("web"), env: "dev" } };

    it("its scope", async () => {
      const lab = faultLab({ consumers: [...WEB, dev] });
      allowInLab(lab, "orders", ["role=web"]);
      expect(planned(await lab.plan())).toEqual(WEB_ADDRESSES);
      expect(hosts(await oldGrants(oldGet(lab), "orders production"))).toContain("10.20.1.50");
    });

    it("whether it is enabled", async () => {
      const lab = faultLab();
      const { rule } = allowInLab(lab, "orders", ["role=web"]);
      lab.pce.seed.update(rule, { enabled: false });
      lab.pce.seed.provision();
      expect(planned(await lab.plan())).toEqual([]);
      expect(await oldGrants(oldGet(lab), "orders production")).not.toEqual([]);
    });

    it("that an exclusion takes away", async () => {
      const retired = {
        name: "retired",
        addresses: ["10.20.1.51"],
        labels: { ...labelled("web"), loc: "us" },
      };
      const lab = faultLab({ consumers: [...WEB, retired] });
      const ruleSet = lab.pce.seed.ruleSet("orders production", [["app=orders", "env=prod"]]);
      lab.pce.seed.rule(ruleSet, {
        providers: ["role=database"],
        consumers: ["role=web", "!loc=us"],
        fields: PROVIDERS_AS_SERVICES,
      });
      lab.pce.seed.provision();
      expect(planned(await lab.plan())).toEqual(WEB_ADDRESSES);
      expect(hosts(await oldGrants(oldGet(lab), "orders production"))).toContain("10.20.1.51");
    });

    it("that consumers of any scope are meant only where it says so", async () => {
      const finance = { name: "report", addresses: ["10.20.1.52"], labels: labelled("web", "finance") };
      const [narrow, wide] = [
        faultLab({ consumers: [...WEB, finance] }),
        faultLab({ consumers: [...WEB, finance] }),
      ];
      allowInLab(narrow, "orders", ["role=web"]);
      allowInLab(wide, "orders", ["role=web"], { unscoped_consumers: true });
      expect(planned(await narrow.plan())).toEqual(WEB_ADDRESSES);
      expect(planned(await wide.plan())).toEqual([...WEB_ADDRESSES, "10.20.1.52"]);
      const olds = await Promise.all(
        [narrow, wide].map((lab) => oldGrants(oldGet(lab), "orders production")),
      );
      expect(olds[0]).toEqual(olds[1]);
    });

    it("as what its labels count: workloads as providers name no virtual service", async () => {
      const lab = faultLab();
      allowInLab(lab, "orders", ["role=web"], {
        ingress_services: [{ proto: 6, port: 5432 }],
        resolve_labels_as: { providers: ["workloads"], consumers: ["workloads"] },
      });
      expect(planned(await lab.plan())).toEqual([]);
      expect(await oldGrants(oldGet(lab), "orders production")).not.toEqual([]);
    });

    it("and to denials that override it", async () => {
      const lab = faultLab();
      const { ruleSet } = allowInLab(lab, "orders", ["role=web"]);
      lab.pce.seed.denyRule(ruleSet, {
        providers: ["role=database"],
        consumers: [known(lab.workloads, "web-3")],
        services: ["tcp/3306"],
        fields: { override: true },
      });
      lab.pce.seed.provision();
      expect(planned(await lab.plan())).toEqual(["10.20.1.11", "10.20.1.15"]);
      expect(hosts(await oldGrants(oldGet(lab), "orders production"))).toContain("10.20.1.13");
    });
  });

  it("lets in the consumers of the rule's own app and environment, not everybody of the same role", async () => {
    const finance = { name: "web-finance", addresses: ["10.20.1.53"], labels: labelled("web", "finance") };
    const lab = faultLab({ consumers: [...WEB, finance] });
    allowInLab(lab, "orders", ["role=web"]);
    expect(planned(await lab.plan())).toEqual(WEB_ADDRESSES);
    expect(hosts(await oldGrants(oldGet(lab), "orders production"))).toContain("10.20.1.53");
  });

  it("opens the database's own port, and only where policy names it, never 3306 by habit", async () => {
    const lab = faultLab({
      databases: [{ id: "orders", engine: "postgres", port: 5433, groups: ["legacy"] }],
    });
    allowInLab(lab, "orders", ["role=web"]);
    const [database] = (await lab.plan()).databases;
    const ports = new Set(database?.rules.map((r) => `${r.fromPort}-${r.toPort}`));
    expect([...ports]).toEqual(["5433-5433"]);
    expect(ports).not.toContain(`${OLD_PORT}-${OLD_PORT}`);

    lab.pce.seed.update(known(lab.databases, "orders").virtualService, {
      service_ports: [{ proto: 6, port: 3306 }],
    });
    lab.pce.seed.provision();
    expect((await lab.plan()).databases[0]?.rules).toEqual([]);
  });

  it("plans every database, and takes having none for granted", async () => {
    const two = faultLab({
      databases: [
        { id: "ledger", groups: ["legacy"] },
        { id: "orders", groups: ["legacy"] },
      ],
    });
    allowInLab(two, "orders", ["role=web"]);
    const plan = await two.plan();
    expect([planned(plan, "orders"), planned(plan, "ledger")]).toEqual([WEB_ADDRESSES, WEB_ADDRESSES]);
    expect(["orders", "ledger"]).toContain(await oldDatabaseId(oldGet(two)));

    const none = faultLab({ databases: [] });
    expect((await none.plan()).databases).toEqual([]);
    await expect(oldDatabaseId(oldGet(none))).rejects.toThrow("IndexError");
  });

  it("recognises a database by its ARN and its whole endpoint, clusters and proxies too, not by a first DNS label", async () => {
    const lab = faultLab({
      databases: [
        { id: "orders-cluster", kind: "cluster", groups: ["legacy"] },
        { id: "orders-proxy", kind: "proxy", groups: ["legacy"] },
      ],
    });
    allowInLab(lab, "orders", ["role=web"]);
    const plan = await lab.plan();
    expect(plan.databases.map((d) => [d.id, planned(plan, d.id)])).toEqual([
      ["orders-cluster", WEB_ADDRESSES],
      ["orders-proxy", WEB_ADDRESSES],
    ]);
    // No instance has that name: the old call would have failed.
    const guess = await oldDatabaseId(oldGet(lab));
    expect(() => lab.sandbox.rds().instance(guess)).toThrow("not found");
  });
});
