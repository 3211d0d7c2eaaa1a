import { policyEstate } from "/work/main/bench/policy-estate.ts";
import { policyIndex } from "/work/main/src/core/policy/policy-index.ts";
import { explainAddress } from "/work/main/src/core/policy/explain/explain-address.ts";
import { lintPolicy } from "/work/main/src/core/policy/lint/lint-policy.ts";
import { resolveIndexed } from "/work/main/src/core/policy/resolve-policy.ts";
import { parseAddress } from "/work/main/src/core/net/address.ts";
const e = policyEstate({ workloads: 100_000, rules: 5000, ruleSets: 1500, databases: 1000 });
const t = (n: string, f: () => any) => { const s = performance.now(); const r = f(); console.log(n, Math.round(performance.now() - s), "ms"); return r; };
const index = t("index", () => policyIndex(e.policy));
t("resolve", () => resolveIndexed(index, e.databases));
for (const w of [5]) {
  const a = parseAddress(index.workloads[w]!.interfaces[0]!.address);
  if (!a.ok) continue;
  for (const d of [0, 150]) { const x = t(`explain ${w} ${d}`, () => explainAddress(index, e.databases[d]!, a.value)); console.log(x.verdict, x.reason?.kind, x.nearest?.length, x.nearest?.map((n: any) => n.gaps.length)); }
}
const a = parseAddress("192.0.2.1"); if (a.ok) { const x = t("explain unknown", () => explainAddress(index, e.databases[3]!, a.value)); console.log(x.verdict, x.reason?.kind, x.nearest?.map((n: any) => n.gaps.length)); }
const f = t("lint", () => lintPolicy(index, e.databases.map((d, i) => ({ ...d, id: `db${i}` }))));
const c: any = {}; for (const x of f) c[x.code] = (c[x.code] ?? 0) + 1; console.log(c);
