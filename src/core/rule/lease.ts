import type { RuleContent, Tags } from "../inventory/model.ts";

/** Tag on a rule that stands for a limited time: RFC 3339, UTC, whole seconds. */
export const LEASE_UNTIL_TAG = "moat:lease-until";
/** Tag that says why somebody needed the lease. */
export const LEASE_REASON_TAG = "moat:lease-reason";

/** The longest a lease may last, in seconds: seven days. One that ends later is not honoured. */
export const LONGEST_LEASE_S = 7 * 24 * 3600;

/** A rule that admits somebody beyond policy until a moment that stands on the rule itself. */
export interface Lease {
  readonly group: string;
  readonly rule: RuleContent & { readonly securityGroupRuleId?: string };
  /** RFC 3339, UTC, whole seconds. */
  readonly until: string;
  readonly reason?: string;
  /**
   * `running`: it counts. `ended`: its time is over. `tooLong`: it would end later than any lease may. `denied`: an
   * override deny names one of its addresses. Only a running one is kept.
   */
  readonly state: "running" | "ended" | "tooLong" | "denied";
}

const WHEN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

/** Whether a text is a moment as leases carry it. Such texts sort by time. */
export const isLeaseTime = (text: string): boolean => WHEN.test(text);

/** Characters that the value of an EC2 tag may hold wherever tags are used; any other becomes a blank. */
export const leaseReason = (text: string): string =>
  text
    .replaceAll(/[^\p{L}\p{N} _.:/=+\-@]/gu, " ")
    .replaceAll(/ +/g, " ")
    .trim()
    .slice(0, 200);

/** The tags of a lease, besides those that every rule of Moat's carries. */
export const leaseTags = (until: string, reason: string | undefined): Tags => ({
  [LEASE_UNTIL_TAG]: until,
  ...(reason === undefined || reason === "" ? {} : { [LEASE_REASON_TAG]: reason }),
});
