import { createSandboxPce, type SandboxPce, type SandboxPceOptions } from "../pce/sandbox-pce.ts";
import type { CompanyAws } from "./build-aws.ts";
import type { Company } from "./company.ts";

/** The company's half in the PCE; hrefs by the names that the description gives. */
export interface CompanyPce {
  readonly sandbox: SandboxPce;
  readonly workloads: ReadonlyMap<string, string>;
  readonly ruleSets: ReadonlyMap<string, string>;
}

/** Builds labels, workloads, a virtual service for each database bound to its workload, and the policy; provisions it. */
export function buildPce(company: Company, aws: CompanyAws, options: SandboxPceOptions = {}): CompanyPce {
  const sandbox = createSandboxPce(options);
  const { seed } = sandbox;
  const workloads = new Map<string, string>();
  for (const { name, address, labels } of company.consumers) {
    if (labels !== undefined)
      workloads.set(name, seed.workload({ name, labels, addresses: [`${address}/24`], managed: true }));
  }
  const services = buildDatabases(company, aws, sandbox, workloads);
  const ipLists = new Map(company.ipLists.map(({ name, ranges }) => [name, seed.ipList(name, ranges)]));
  const ruleSets = buildRuleSets(company, sandbox, ipLists);
  seed.provision(undefined, "The sample company");
  for (const { virtualService, workload } of services) seed.bind(virtualService, workload);
  return { sandbox, workloads, ruleSets };
}

function buildDatabases(
  company: Company,
  aws: CompanyAws,
  { seed }: SandboxPce,
  workloads: Map<string, string>,
) {
  return company.databases.map(({ id, labels, address, port }) => {
    const known = aws.databases.get(id);
    const workload = seed.workload({
      name: `rds-${id}`,
      ...(known === undefined ? {} : { hostname: known.endpoint }),
      labels,
      addresses: [address],
      fields: { external_data_set: "aws-rds", external_data_reference: known?.arn ?? id },
    });
    workloads.set(id, workload);
    const virtualService = seed.virtualService(`${id} database`, {
      labels,
      ports: [`tcp/${port}`],
      fields: { service_addresses: [{ fqdn: known?.endpoint ?? id, port }] },
    });
    return { virtualService, workload };
  });
}

function buildRuleSets(
  company: Company,
  { seed }: SandboxPce,
  ipLists: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const actor = (text: string): string =>
    text.startsWith("ip list ") ? (ipLists.get(text.slice(8)) ?? text) : text;
  return new Map(
    company.ruleSets.map(({ name, scope, rules }) => {
      const ruleSet = seed.ruleSet(name, [scope]);
      for (const { description, consumers, providers, anyScope } of rules) {
        seed.rule(ruleSet, {
          providers,
          consumers: consumers.map(actor),
          fields: {
            description,
            unscoped_consumers: anyScope,
            resolve_labels_as: { providers: ["virtual_services"], consumers: ["workloads"] },
          },
        });
      }
      return [name, ruleSet];
    }),
  );
}
