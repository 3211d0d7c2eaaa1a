import type { SourceSpan } from "../../diagnostic.ts";
import {
  type ConsumerSource,
  consumerSourceText,
  type LabelQuery,
  labelQueryText,
} from "../source/consumer-source.ts";

/** The databases that an assertion speaks of. */
export type AssertionTarget =
  /** Id, ARN or endpoint. */
  | { readonly kind: "database"; readonly name: string }
  /** Every database that policy knows by these labels. */
  | { readonly kind: "labels"; readonly labels: LabelQuery };

interface AssertionBase {
  /** The author's own words for it. */
  readonly name?: string;
  readonly target: AssertionTarget;
  /** Another port than the listener's. */
  readonly port?: number;
  readonly at?: SourceSpan;
}

/** Something that must be true of the policy, as its author puts it. */
export type Assertion =
  | (AssertionBase & { readonly kind: "mustReach"; readonly source: ConsumerSource })
  | (AssertionBase & { readonly kind: "mustNotReach"; readonly source: ConsumerSource })
  /** Whoever may connect is one of the workloads with these labels. */
  | (AssertionBase & { readonly kind: "nothingOutside"; readonly inside: LabelQuery });

/** The author's name for it, else the sentence it stands for. */
export function assertionName(assertion: Assertion): string {
  return assertion.name ?? assertionText(assertion);
}

/** `role=web must reach orders`. */
export function assertionText(assertion: Assertion): string {
  const to = `${targetText(assertion.target)}${assertion.port === undefined ? "" : `:${assertion.port}`}`;
  switch (assertion.kind) {
    case "mustReach":
      return `${consumerSourceText(assertion.source)} must reach ${to}`;
    case "mustNotReach":
      return `${consumerSourceText(assertion.source)} must not reach ${to}`;
    case "nothingOutside":
      return `nothing outside ${labelQueryText(assertion.inside)} reaches ${to}`;
  }
}

function targetText(target: AssertionTarget): string {
  return target.kind === "database" ? target.name : labelQueryText(target.labels);
}
