import { type Address, formatAddress, parseAddress } from "../../net/address.ts";
import { contains } from "../../net/address-set.ts";
import type { Href, IpList, IpRange } from "../model.ts";
import type { Gap } from "./change.ts";
import { mendGap } from "./change.ts";
import type { Question } from "./question.ts";
import type { Way } from "./way.ts";

/** How an IP list among the consumers holds the address, or what keeps the address out of it. */
export function ipListWay(question: Question, href: Href): Way | undefined {
  const list = question.index.ipLists.get(href);
  if (list === undefined) return undefined;
  const { addresses, problems } = question.lookups.ipList(href, "narrow");
  const included = rangesWith(list, question.address, false);
  const [first] = included;
  const party = {
    kind: "ipList" as const,
    href,
    name: list.name,
    by: first === undefined ? "IP list" : rangeText(first),
  };
  if (contains(addresses, question.address)) return { party, gaps: [] };
  const excluded = rangesWith(list, question.address, true);
  const gaps = [
    ...(included.length > 0 ? [] : [notIncluded(list, question.address)]),
    ...(excluded.length === 0 ? [] : [isExcluded(list, question.address, excluded)]),
  ];
  // Inside a range and outside every exclusion, and yet not in the list: a part of it cannot be read.
  return { party, gaps: lostExclusion(list) ? [...gaps, ...problems.slice(0, 1).map(mendGap)] : gaps };
}

function lostExclusion(list: IpList): boolean {
  return list.ranges.some((range) => range.exclusion !== false && !isReadable(range));
}

function isReadable(range: IpList["ranges"][number]): boolean {
  if ("kind" in range) return false;
  const [from, to] = [parseAddress(range.from), parseAddress(range.to)];
  if (!from.ok || !to.ok) return false;
  return from.value.family === to.value.family && from.value.value <= to.value.value;
}

function rangesWith(list: IpList, address: Address, exclusion: boolean): readonly IpRange[] {
  return list.ranges.flatMap((range) => {
    if ("kind" in range || range.exclusion !== exclusion || !isReadable(range)) return [];
    const [from, to] = [parseAddress(range.from), parseAddress(range.to)];
    if (!from.ok || !to.ok || from.value.family !== address.family) return [];
    return from.value.value <= address.value && address.value <= to.value.value ? [range] : [];
  });
}

function notIncluded(list: IpList, address: Address): Gap {
  const text = formatAddress(address);
  return {
    code: "NOT_IN_IP_LIST",
    condition: `${text} lies in no range of the IP list "${list.name}"`,
    fix: `add ${text} to the IP list "${list.name}"`,
    change: { kind: "includeInIpList", ipList: list.href, address: text },
  };
}

function isExcluded(list: IpList, address: Address, by: readonly IpRange[]): Gap {
  const text = formatAddress(address);
  return {
    code: "EXCLUDED_BY_RANGE",
    condition: `${text} is in the excluded range ${by.map(rangeText).join(" and ")} of the IP list "${list.name}"`,
    fix: `take ${text} out of the exclusions of the IP list "${list.name}"`,
    change: { kind: "liftExclusion", ipList: list.href, address: text },
  };
}

/** `10.20.0.0-10.20.255.255`, or the one address. */
function rangeText({ from, to }: IpRange): string {
  return from === to ? from : `${from}-${to}`;
}
