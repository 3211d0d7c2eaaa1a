import { z } from "zod";
import type { Href } from "../../core/policy/model.ts";
import { errorTokens } from "./error-body.ts";
import { canonicalHref, HrefText } from "./parse/href.ts";
import { parseLabel } from "./parse/label.ts";
import type { PceClient } from "./pce-client.ts";
import { faultOfShape, faultOfStatus } from "./pce-fault.ts";

/** A reference as the PCE takes it. */
export interface Ref {
  readonly href: Href;
}

/** An unmanaged workload to be created. `(external_data_set, external_data_reference)` is unique in the organisation. */
export interface NewWorkload {
  readonly name: string;
  readonly hostname?: string;
  readonly external_data_set?: string;
  readonly external_data_reference?: string;
  readonly interfaces: readonly {
    readonly name: string;
    readonly address: string;
    readonly cidr_block?: number;
  }[];
  readonly labels: readonly Ref[];
}

/** A virtual service to be created as a draft, with a service or with ports. */
export interface NewVirtualService {
  readonly name: string;
  readonly service?: Ref;
  readonly service_ports?: readonly {
    readonly proto: number;
    readonly port?: number;
    readonly to_port?: number;
  }[];
  readonly service_addresses?: readonly {
    readonly fqdn?: string;
    readonly ip?: string;
    readonly port?: number;
  }[];
  readonly labels: readonly Ref[];
}

/** A rule set to be created as a draft; `[[]]` as scopes is everything. */
export interface NewRuleSet {
  readonly name: string;
  readonly scopes: readonly (readonly object[])[];
  readonly external_data_set?: string;
  readonly external_data_reference?: string;
}

/** An allow rule to be created as a draft. */
export interface NewRule {
  readonly enabled: boolean;
  readonly providers: readonly object[];
  readonly consumers: readonly object[];
  readonly ingress_services: readonly object[];
  readonly resolve_labels_as: {
    readonly providers: readonly string[];
    readonly consumers: readonly string[];
  };
  readonly unscoped_consumers?: boolean;
  readonly description?: string;
}

const Created = z.object({ href: HrefText });
const CreatedList = z.array(Created);
const DUPLICATE_LABEL = "label_key_and_value_must_be_unique";

/**
 * The href of the label with this key and value, which is created when there is none.
 *
 * @param set marks a created one as the work of this program
 */
export async function ensureLabel(
  client: PceClient,
  key: string,
  value: string,
  set?: string,
): Promise<Href> {
  const found = await findLabel(client, key, value);
  if (found !== undefined) return found;
  const request = { method: "POST" as const, path: "labels" };
  const answer = await client.request({
    ...request,
    body: {
      key,
      value,
      ...(set === undefined ? {} : { external_data_set: set, external_data_reference: `${key}=${value}` }),
    },
    accept: [406],
  });
  if (answer.status !== 406) return createdHref(client, request.path, answer.json);
  // Someone else may have made it between the look and the attempt.
  const meanwhile = errorTokens(answer.text).includes(DUPLICATE_LABEL)
    ? await findLabel(client, key, value)
    : undefined;
  if (meanwhile !== undefined) return meanwhile;
  throw faultOfStatus(client.asked(request), answer);
}

/** Creates an unmanaged workload, in effect at once. */
export function createWorkload(client: PceClient, workload: NewWorkload): Promise<Href> {
  return create(client, "workloads", workload);
}

/** Creates the draft of a virtual service. It must be provisioned before anything can be bound to it. */
export function createVirtualService(client: PceClient, service: NewVirtualService): Promise<Href> {
  return create(client, "sec_policy/draft/virtual_services", service);
}

/** Creates the draft of a rule set. */
export function createRuleSet(client: PceClient, ruleSet: NewRuleSet): Promise<Href> {
  return create(client, "sec_policy/draft/rule_sets", ruleSet);
}

/**
 * Creates the draft of a rule in the draft of a rule set.
 *
 * @param ruleSet the href that {@link createRuleSet} gave
 */
export function createRule(client: PceClient, ruleSet: Href, rule: NewRule): Promise<Href> {
  return create(client, `${ruleSet.replace("/sec_policy/active/", "/sec_policy/draft/")}/sec_rules`, rule);
}

/** Binds a provisioned virtual service to a workload, in effect at once. */
export async function bindWorkload(client: PceClient, virtualService: Href, workload: Href): Promise<Href> {
  const body = [{ virtual_service: { href: canonicalHref(virtualService) }, workload: { href: workload } }];
  const answer = await client.request({ method: "POST", path: "service_bindings", body });
  const [binding] = CreatedList.safeParse(answer.json).data ?? [];
  if (binding !== undefined) return binding.href;
  throw faultOfShape(client.asked({ method: "POST", path: "service_bindings" }), "the binding");
}

async function findLabel(client: PceClient, key: string, value: string): Promise<Href | undefined> {
  const path = `labels?${new URLSearchParams({ key, value })}`;
  const answer = await client.request({ method: "GET", path });
  if (!Array.isArray(answer.json))
    throw faultOfShape(client.asked({ method: "GET", path }), "a list of labels");
  // The filter matches parts of words too.
  const same = answer.json.flatMap((json: unknown) => {
    const label = parseLabel(json, "label");
    return label.ok && label.value.key === key && label.value.value === value ? [label.value.href] : [];
  });
  return same[0];
}

async function create(client: PceClient, path: string, body: object): Promise<Href> {
  const answer = await client.request({ method: "POST", path, body });
  return createdHref(client, path, answer.json);
}

function createdHref(client: PceClient, path: string, json: unknown): Href {
  const created = Created.safeParse(json);
  if (created.success) return created.data.href;
  throw faultOfShape(client.asked({ method: "POST", path }), "the object that it created");
}
