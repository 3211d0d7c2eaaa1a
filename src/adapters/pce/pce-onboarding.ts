import { z } from "zod";
import type { LabelPair, PceChange, WantedService, WantedWorkload } from "../../core/onboard/pce-state.ts";
import type { PceObjects, PceWrite } from "../../ports/onboarding.ts";
import { PolicyFault } from "../../ports/policy-fault.ts";
import { announcing } from "./announced-writes.ts";
import type { HttpMethod } from "./exchange.ts";
import { parseOnboardingObjects } from "./parse/onboarding-objects.ts";
import type { PceClient } from "./pce-client.ts";
import { ensureLabel } from "./pce-objects.ts";
import { readPce } from "./pce-read.ts";
import { provision } from "./provision.ts";

/** The PCE takes at most this many items in one call, and one such call at a time. */
const MOST = 1000;
const READ_TIMEOUT_MS = 900_000;
const DRAFTS = "sec_policy/draft/virtual_services";

/**
 * The objects of a live PCE that stand for databases, written in bulk.
 *
 * @param beforeWrite called before each call that writes; when it throws, the call is not made
 */
export function pceOnboarding(
  client: PceClient,
  beforeWrite: (write: PceWrite) => Promise<void>,
): PceObjects {
  return {
    name: `PCE ${client.host}, organisation ${client.org}`,
    async read() {
      const { collections, complete } = await readPce(client, "draft", READ_TIMEOUT_MS);
      const { labels = [], workloads = [], virtual_services = [], service_bindings = [] } = collections;
      return parseOnboardingObjects({ labels, workloads, virtual_services, service_bindings }, complete);
    },
    write: (change, set) => new Writing(announcing(client, beforeWrite), set).write(change),
  };
}

/** One round of writes, in the order that references allow. */
class Writing {
  readonly #client: PceClient;
  readonly #set: string;
  readonly #failures: string[] = [];

  constructor(client: PceClient, set: string) {
    this.#client = client;
    this.#set = set;
  }

  async write(change: PceChange): Promise<readonly string[]> {
    const labels = await this.#labels(change);
    const { workloads, services } = change;
    const hrefs = ({ key, value }: LabelPair) => ({ href: labels.get(`${key}=${value}`) ?? "" });
    await this.#bulk(
      "workloads/bulk_create",
      workloads.create.map((each) => this.#workload(each, hrefs)),
    );
    await this.#bulk(
      "workloads/bulk_update",
      workloads.update.map((each) => ({ href: each.href, ...this.#workload(each, hrefs) })),
    );
    const drafts = [
      ...(await this.#bulk(
        `${DRAFTS}/bulk_create`,
        services.create.map((each) => this.#service(each, hrefs)),
      )),
      ...(await this.#bulk(
        `${DRAFTS}/bulk_update`,
        services.update.map((each) => ({ href: draftHref(each.href), ...this.#service(each, hrefs) })),
      )),
    ];
    for (const href of change.bindings.remove) await this.#remove(href);
    for (const href of services.remove) await this.#remove(draftHref(href));
    const pending = [...new Set([...drafts, ...change.provision, ...services.remove])];
    if (pending.length > 0) await provision(this.#client, pending, "Moat: databases onboarded");
    await this.#bind(change.bindings.create);
    await this.#bulk(
      "workloads/bulk_delete",
      workloads.remove.map((href) => ({ href })),
    );
    for (const href of change.idleLabels) await this.#remove(href);
    return this.#failures;
  }

  /** Hrefs of every label that the change names. */
  async #labels({ labels, workloads, services }: PceChange): Promise<ReadonlyMap<string, string>> {
    const carriers = [...workloads.create, ...workloads.update, ...services.create, ...services.update];
    const found = new Map<string, string>();
    for (const { key, value } of [...labels, ...carriers.flatMap((each) => each.labels)]) {
      const name = `${key}=${value}`;
      if (!found.has(name)) found.set(name, await ensureLabel(this.#client, key, value, this.#set));
    }
    return found;
  }

  #workload(want: WantedWorkload, href: (label: LabelPair) => object): object {
    return {
      name: want.name,
      ...(want.hostname === undefined ? {} : { hostname: want.hostname }),
      ...this.#external(want.reference),
      ...(want.addresses === undefined
        ? {}
        : { interfaces: want.addresses.map((address, at) => ({ name: `umw${at}`, address })) }),
      labels: want.labels.map(href),
    };
  }

  #service(want: WantedService, href: (label: LabelPair) => object): object {
    return {
      name: want.name,
      ...this.#external(want.reference),
      service_ports: [{ proto: 6, port: want.port }],
      service_addresses: want.fqdns.map((fqdn) => ({ fqdn, port: want.port })),
      labels: want.labels.map(href),
    };
  }

  #external(reference: string): object {
    return { external_data_set: this.#set, external_data_reference: reference };
  }

  /** @returns the hrefs of the items that went through */
  async #bulk(path: string, items: readonly object[]): Promise<readonly string[]> {
    const done: string[] = [];
    for (let at = 0; at < items.length; at += MOST) {
      const body = items.slice(at, at + MOST);
      const answer = await this.#client.request({ method: "PUT", path, body });
      for (const row of Rows.safeParse(answer.json ?? []).data ?? []) {
        const problem = problemOf(row);
        if (problem !== undefined) this.#failures.push(`${path}: ${row.href ?? "an object"}: ${problem}`);
        else if (row.href) done.push(row.href);
      }
    }
    return done;
  }

  async #bind(bindings: PceChange["bindings"]["create"]): Promise<void> {
    const body = bindings.flatMap(({ virtualService, workload }) =>
      virtualService === undefined || workload === undefined
        ? []
        : [{ virtual_service: { href: virtualService }, workload: { href: workload } }],
    );
    for (let at = 0; at < body.length; at += MOST) {
      await this.#attempt("POST", "service_bindings", body.slice(at, at + MOST));
    }
  }

  /** What is gone already is gone; what something else still refers to stays, and is told. */
  async #remove(href: string): Promise<void> {
    await this.#attempt("DELETE", href);
  }

  async #attempt(method: HttpMethod, path: string, body?: object): Promise<void> {
    try {
      await this.#client.request({ method, path, accept: [404], ...(body === undefined ? {} : { body }) });
    } catch (error) {
      if (!(error instanceof PolicyFault) || error.kind !== "invalid") throw error;
      this.#failures.push(error.message);
    }
  }
}

const Refusal = { token: z.string().nullish(), message: z.string().nullish() };
const Row = z.object({
  href: z.string().nullish(),
  ...Refusal,
  errors: z.array(z.object(Refusal)).nullish(),
});
const Rows = z.array(Row);

/** Why one item of a bulk call was refused; `undefined` when it was not. */
function problemOf({ token, message, errors }: z.infer<typeof Row>): string | undefined {
  const refusals = [{ token, message }, ...(errors ?? [])].filter((each) => each.token || each.message);
  if (refusals.length === 0) return undefined;
  return refusals.map((each) => each.message ?? each.token).join("; ");
}

const draftHref = (href: string): string => href.replace("/sec_policy/active/", "/sec_policy/draft/");
