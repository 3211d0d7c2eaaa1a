import type { Plan } from "../../../src/core/plan/plan.ts";
import { sourceText } from "../../../src/core/rule/rule-text.ts";
import { SANDBOX_KEY, sandboxPceFetch } from "../../../src/sandbox/pce/index.ts";
import { addressesOfCidrs } from "../group-rules.ts";
import { buildLab, known, type Lab, type LabConsumer, type LabPlan, labelled } from "../lab.ts";
import type { OldGet } from "./old-lambda.ts";

/** Three web servers of the orders application, in production. */
export const WEB: readonly LabConsumer[] = [1, 3, 5].map((n) => ({
  name: `web-${n}`,
  addresses: [`10.20.1.${10 + n}`],
  labels: labelled("web"),
}));
export const WEB_ADDRESSES = ["10.20.1.11", "10.20.1.13", "10.20.1.15"];

/** One MySQL instance `orders` behind a group that lets in the VPC, and the web servers. */
export const faultLab = (over: Partial<LabPlan> = {}): Lab =>
  buildLab({
    groups: { legacy: [{ port: 3306, cidr: "10.20.0.0/16" }] },
    databases: [{ id: "orders", groups: ["legacy"] }],
    consumers: [...WEB, { name: "stranger", addresses: ["10.20.1.99"] }],
    ...over,
  });

/** The old lambda's view of the lab's PCE. */
export function oldGet(lab: Lab): OldGet {
  const ask = sandboxPceFetch(lab.pce);
  const authorization = `Basic ${Buffer.from(`${SANDBOX_KEY.keyId}:${SANDBOX_KEY.secret}`).toString("base64")}`;
  return async (path) =>
    (await ask(`http://localhost/api/v2/orgs/1${path}`, { headers: { authorization } })).json();
}

/** IPv4 addresses that a plan lets in to a database, one by one. */
export const planned = (plan: Plan, id = "orders"): readonly string[] =>
  addressesOfCidrs(plannedCidrs(plan, id).filter((cidr) => !cidr.includes(":")));

/** The CIDRs of a database's planned rules. */
export const plannedCidrs = (plan: Plan, id = "orders"): readonly string[] =>
  (plan.databases.find((d) => d.id === id)?.rules ?? []).map((rule) => sourceText(rule.source));

/** Addresses of single-host CIDRs. */
export const hosts = (cidrs: readonly string[]): readonly string[] =>
  cidrs.map((cidr) => cidr.replace(/\/(32|128)$/, ""));

/** Ingress rules of the group that is on the database now: `"tcp 3306-3306 10.20.1.11/32"`. */
export function standingRules(lab: Lab, id = "orders"): readonly string[] {
  const ec2 = lab.sandbox.ec2();
  return known(lab.databases, id)
    .groups()
    .flatMap((groupId) => ec2.groups.get(groupId)?.rules ?? [])
    .filter((rule) => !rule.isEgress)
    .map(
      (rule) =>
        `${rule.protocol} ${rule.fromPort}-${rule.toPort} ${rule.peer.kind === "cidr" ? rule.peer.cidr : rule.peer.kind}`,
    );
}
