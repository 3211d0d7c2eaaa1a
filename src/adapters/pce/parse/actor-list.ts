import type { Actor } from "../../../core/policy/model.ts";
import { parseActor, unreadableActor } from "./actor.ts";

/** One side of a rule. */
export type Side = "providers" | "consumers";

/** Rules of 26.x may mean "every address except those of this side"; other keys of that kind may follow. */
const COMPLEMENT = "all_ips_except_for_in_";

/**
 * Reads `providers` or `consumers` of a rule. A side that is missing, empty, or turned into its complement is one
 * unreadable label: it matches nothing for an allow, and as much as it might for a deny.
 */
export function parseActors(
  rule: Readonly<Record<string, unknown>>,
  side: Side,
  path: string,
): readonly Actor[] {
  const list = rule[side];
  const at = `${path}.${side}`;
  if (!Array.isArray(list)) return [unreadableActor(at, list, "a rule needs a list of actors here", "label")];
  if (list.length === 0) return [unreadableActor(at, list, "a rule needs at least one actor here", "label")];
  const complement = complementOf(rule, side);
  if (complement !== undefined) {
    return [unreadableActor(`${path}.${complement}`, rule[complement], "it turns the side around", "label")];
  }
  return list.flatMap((json: unknown, index) => parseActor(json, `${at}[${index}]`) ?? []);
}

/** The key that turns the side into all other addresses, if any is set. An unknown key of the kind spoils both sides. */
function complementOf(rule: Readonly<Record<string, unknown>>, side: Side): string | undefined {
  const other = side === "providers" ? "consumers" : "providers";
  return Object.keys(rule).find(
    (key) => key.startsWith(COMPLEMENT) && key !== `${COMPLEMENT}${other}` && (rule[key] ?? false) !== false,
  );
}
