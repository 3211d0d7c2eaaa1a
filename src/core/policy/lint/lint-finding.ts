import type { Diagnostic } from "../../diagnostic.ts";
import type { Href } from "../model.ts";

/** What a lint finding is about. */
export type LintSubject =
  | { readonly kind: "rule"; readonly href: Href; readonly ruleSet: Href }
  | { readonly kind: "ruleSet"; readonly href: Href }
  | { readonly kind: "label"; readonly href: Href }
  | { readonly kind: "database"; readonly arn: string };

/** Something in a policy that is worth a look. It stops nothing. */
export interface LintFinding extends Diagnostic {
  readonly about: LintSubject;
}
