import type { SupersededRule } from "../core/suggest/superseded-rules.ts";

/** Rules that were suggested earlier and stand in the policy, and that nothing which was seen needs by now. */
export function SupersededList({ rules }: { readonly rules: readonly SupersededRule[] }) {
  if (rules.length === 0) return null;
  return (
    <section aria-label="Suggested earlier, and not needed by now">
      <h2>Suggested earlier, and not needed by now</h2>
      <ul>
        {rules.map(({ id, ruleSet, description, why }) => (
          <li key={`${ruleSet} ${id}`}>
            <b>{id}</b> in “{ruleSet}” ({description}): {why}.
          </li>
        ))}
      </ul>
      <p>They stay until you take them out of the policy; nothing is removed by itself.</p>
    </section>
  );
}
