import { parseAddress } from "../net/address.ts";
import { addressSetOfCidrs, contains } from "../net/address-set.ts";
import type { DatabasePlan } from "../plan/plan.ts";
import { type CompiledRule, grantedCidrs } from "../rule/compile-rules.ts";
import type { HistoryConsumer } from "./history-answers.ts";
import { isServed } from "./seen-consumers.ts";

/** Rules that policy asks for at a database and through which nobody was seen to come. */
export interface UnusedRules {
  readonly databaseId: string;
  readonly databaseArn: string;
  /** All that the database's policy asks for, in number. */
  readonly rules: number;
  readonly unused: readonly CompiledRule[];
}

/** One entry a database that has unused rules. Rules that name a prefix list, or
 * a group that is not Moat's to name, are not judged. */
export function unusedRules(
  databases: readonly DatabasePlan[],
  history: readonly HistoryConsumer[],
): readonly UnusedRules[] {
  const rows = Map.groupBy(history, (row) => row.databaseArn);
  return databases.flatMap(({ id, arn, port, rules }) => {
    const seen = (rows.get(arn) ?? []).filter((row) => isServed(row, port)).map((row) => row.consumer);
    const addresses = [...new Set(seen)].map(parseAddress).flatMap((a) => (a.ok ? [a.value] : []));
    const unused = rules.filter((rule) => {
      const granted = grantedCidrs(rule);
      if (granted.length === 0) return false;
      const admitted = addressSetOfCidrs(granted);
      return !addresses.some((address) => contains(admitted, address));
    });
    return unused.length === 0 ? [] : [{ databaseId: id, databaseArn: arn, rules: rules.length, unused }];
  });
}
