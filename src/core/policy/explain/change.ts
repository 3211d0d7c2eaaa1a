import type { Diagnostic } from "../../diagnostic.ts";
import type { Href, Inexpressible } from "../model.ts";

/** One edit of the policy that would help a consumer reach a database. */
export type Change =
  | { readonly kind: "enableRuleSet"; readonly ruleSet: Href }
  | { readonly kind: "enableRule"; readonly rule: Href }
  /** The object's labels of the key go, and the label comes. */
  | {
      readonly kind: "relabel";
      readonly object: "workload" | "virtualService";
      readonly href: Href;
      readonly key: string;
      readonly label: Href;
    }
  /** An unmanaged workload with the address and the labels. */
  | { readonly kind: "addWorkload"; readonly address: string; readonly labels: readonly Href[] }
  | { readonly kind: "includeInIpList"; readonly ipList: Href; readonly address: string }
  /** The exclusions that hold the address go. */
  | { readonly kind: "liftExclusion"; readonly ipList: Href; readonly address: string }
  /** A new IP list with the address joins the consumers. */
  | { readonly kind: "addConsumer"; readonly rule: Href; readonly address: string }
  | { readonly kind: "makeExtraScope"; readonly rule: Href }
  | { readonly kind: "allowPort"; readonly rule: Href; readonly port: number }
  | { readonly kind: "servePort"; readonly virtualService: Href; readonly port: number }
  | { readonly kind: "takeServicesOut"; readonly rule: Href }
  | { readonly kind: "makeExpressible"; readonly rule: Href; readonly feature: Inexpressible }
  | { readonly kind: "liftOverrideDeny"; readonly rule: Href }
  /** Something must be made readable first; what it will say then is not known. */
  | { readonly kind: "mend"; readonly problem: Diagnostic }
  /** The draft has the rule already. */
  | { readonly kind: "provision"; readonly rule: Href };

/** A condition of a rule that fails, and what would have to change. */
export interface Gap {
  readonly code: string;
  /** The condition, with what there is and what was asked for. */
  readonly condition: string;
  readonly fix: string;
  readonly change: Change;
}

/** A gap that only a mended policy can close. */
export function mendGap(problem: Diagnostic): Gap {
  return {
    code: "UNREADABLE",
    condition: `${problem.what}: ${problem.why}`,
    fix: problem.fix,
    change: { kind: "mend", problem },
  };
}

/** Whether a PCE puts the change in force only when it is provisioned. Labels of workloads count at once. */
export function needsProvisioning(change: Change): boolean {
  switch (change.kind) {
    case "relabel":
      return change.object === "virtualService";
    case "addWorkload":
    case "mend":
    case "provision":
      return false;
    default:
      return true;
  }
}
