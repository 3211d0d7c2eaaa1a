import type { Diagnostic } from "../../diagnostic.ts";
import { parseAddress } from "../../net/address.ts";
import { type Cidr, canonicalCidr, cidrOfAddress } from "../../net/cidr.ts";
import { err, ok, type Result } from "../../result.ts";

/** Labels that an object must carry: one of the values of every key. */
export type LabelQuery = Readonly<Record<string, readonly string[]>>;

/** Who is asked about, as a person names them. */
export type ConsumerSource =
  | { readonly kind: "labels"; readonly labels: LabelQuery }
  | { readonly kind: "address"; readonly cidr: Cidr }
  | { readonly kind: "cidr"; readonly cidr: Cidr }
  /** A workload by its name, host name or href. */
  | { readonly kind: "workload"; readonly name: string };

/**
 * Reads a source from one word: an address, a CIDR, a label set like `role=web,app=orders` (alternatives as
 * `env=prod|dev`), or else the name of a workload.
 *
 * @returns the source, or a diagnostic with code `SOURCE_SYNTAX`
 */
export function parseConsumerSource(text: string): Result<ConsumerSource, Diagnostic> {
  const word = text.trim();
  if (word === "") return err(syntax(text, "it is empty"));
  if (!word.startsWith("/") && word.includes("=")) return parseLabels(word);
  const address = parseAddress(word);
  if (address.ok) return ok({ kind: "address", cidr: cidrOfAddress(address.value) });
  if (/^[0-9a-f.:]+\/\d+$/i.test(word)) {
    const cidr = canonicalCidr(word);
    return cidr.ok ? ok({ kind: "cidr", cidr: cidr.value }) : cidr;
  }
  return ok({ kind: "workload", name: word });
}

/**
 * Reads a label set: pairs of key and value, separated by commas or blanks.
 *
 * @returns the labels as a source, or a diagnostic with code `SOURCE_SYNTAX`
 */
export function parseLabels(text: string): Result<Extract<ConsumerSource, { kind: "labels" }>, Diagnostic> {
  const labels: Record<string, readonly string[]> = {};
  for (const pair of text.split(/[,\s]+/).filter((part) => part !== "")) {
    const [, key, values] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
    if (key === undefined || values === undefined) return err(syntax(text, `"${pair}" is no label`));
    if (Object.hasOwn(labels, key)) return err(syntax(text, `the key "${key}" is there twice`));
    labels[key] = values.split("|").filter((value) => value !== "");
  }
  return Object.keys(labels).length === 0
    ? err(syntax(text, "it names no label"))
    : ok({ kind: "labels", labels });
}

function syntax(text: string, why: string): Diagnostic {
  return {
    code: "SOURCE_SYNTAX",
    what: `"${text}" names nobody`,
    why,
    fix: 'give an address, a CIDR, the name of a workload, or labels like "role=web,app=orders"',
  };
}

/** Labels as people write them: `role=web app=orders`. */
export function labelQueryText(labels: LabelQuery): string {
  return Object.entries(labels)
    .map(([key, values]) => `${key}=${values.join("|")}`)
    .join(" ");
}

/** A source as people write it. */
export function consumerSourceText(source: ConsumerSource): string {
  switch (source.kind) {
    case "labels":
      return labelQueryText(source.labels);
    case "address":
      return source.cidr.replace(/\/\d+$/, "");
    case "cidr":
      return source.cidr;
    case "workload":
      return source.name;
  }
}
