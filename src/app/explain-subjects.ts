import type { Address } from "../core/net/address.ts";
import {
  type AddressSet,
  addressSetOfCidrs,
  intersect,
  isEmpty,
  isSubset,
  subtract,
  toCidrBlocks,
  toCidrs,
} from "../core/net/address-set.ts";
import { type Cidr, type CidrBlock, cidrBlock } from "../core/net/cidr.ts";
import { objectName } from "../core/policy/explain/words.ts";
import type { PolicyIndex } from "../core/policy/policy-index.ts";
import type { Grant } from "../core/policy/resolution.ts";
import type { FoundConsumers } from "../core/policy/source/find-consumers.ts";
import { addressesOfOne } from "../core/policy/workload-addresses.ts";
import type { ExplainedSubject, LiveAnswer, Verdict } from "./access-explanation.ts";

/** One subject with what is needed to look closer at it. */
export interface Subject {
  readonly shown: ExplainedSubject;
  readonly addresses: AddressSet;
  /** The first of its addresses. */
  readonly first: Address;
}

/** What subjects are judged by. */
export interface Judges {
  readonly allowed: AddressSet;
  /** In order of rules; read only for what is allowed. */
  readonly grants: () => readonly Grant[];
  readonly live: (addresses: AddressSet) => LiveAnswer;
}

/** The subjects, the denied parts of a CIDR first, and how many there are of each verdict. */
export interface Subjects {
  readonly subjects: readonly Subject[];
  readonly summary: { readonly allowed: number; readonly denied: number };
}

/** Parts of a CIDR that are listed, for each verdict. */
const LISTED_PARTS = 50;

/** Everybody who is asked about, address by address; a CIDR in its allowed and its denied parts. */
export function explainedSubjects(index: PolicyIndex, found: FoundConsumers, judges: Judges): Subjects {
  if (found.source.kind === "cidr") return partsOf(found.addresses, judges);
  const named = namedAddresses(index, found);
  const subjects = named.map(({ block, at }) => subjectOf(block, namesOf(index, at), judges));
  const allowed = subjects.filter((each) => each.shown.verdict === "allowed").length;
  return { subjects, summary: { allowed, denied: subjects.length - allowed } };
}

function partsOf(addresses: AddressSet, judges: Judges): Subjects {
  const denied = toCidrBlocks(subtract(addresses, judges.allowed));
  const allowed = toCidrBlocks(intersect(addresses, judges.allowed));
  const listed = [...denied.slice(0, LISTED_PARTS), ...allowed.slice(0, LISTED_PARTS)];
  return {
    subjects: listed.map((block) => subjectOf(block, {}, judges)),
    summary: { allowed: allowed.length, denied: denied.length },
  };
}

interface NamedAddress {
  readonly block: CidrBlock;
  /** Position of the workload. */
  readonly at: number | undefined;
}

function namedAddresses(index: PolicyIndex, found: FoundConsumers): readonly NamedAddress[] {
  if (found.source.kind === "address") {
    return toCidrBlocks(found.addresses).map((block) => ({ block, at: found.workloads[0] }));
  }
  return found.workloads.flatMap((at) =>
    toCidrs(addressesOfOne(index.addresses, at, "hosts"))
      .flatMap(singleAddresses)
      .map((block) => ({ block, at })),
  );
}

function namesOf(index: PolicyIndex, at: number | undefined): Pick<ExplainedSubject, "workload" | "name"> {
  const workload = at === undefined ? undefined : index.workloads[at];
  return workload === undefined ? {} : { workload: workload.href, name: objectName(workload) };
}

/** Neighbouring addresses of one workload come as one block; each is a subject of its own. */
function singleAddresses(cidr: Cidr): readonly CidrBlock[] {
  const block = cidrBlock(cidr);
  const size = block.family === 4 ? 2 ** (32 - block.length) : 2 ** Math.min(16, 128 - block.length);
  return Array.from({ length: size }, (_, i) =>
    block.family === 4
      ? { family: 4, base: block.base + i, length: 32 }
      : { family: 6, base: block.base + BigInt(i), length: 128 },
  );
}

function subjectOf(
  block: CidrBlock,
  names: Pick<ExplainedSubject, "workload" | "name">,
  judges: Judges,
): Subject {
  const first: Address =
    block.family === 4 ? { family: 4, value: block.base } : { family: 6, value: block.base };
  const [cidr = "" as Cidr] = toCidrs(addressSetOfBlock(block));
  const addresses = addressSetOfCidrs([cidr]);
  const verdict: Verdict = isSubset(addresses, judges.allowed) ? "allowed" : "denied";
  return {
    shown: {
      address: cidr.replace(/\/(32|128)$/, (suffix) => (isHost(block, suffix) ? "" : suffix)),
      ...names,
      verdict,
      live: judges.live(addresses),
      rules: verdict === "denied" ? [] : rulesFor(judges.grants(), addresses),
    },
    addresses,
    first,
  };
}

const isHost = (block: CidrBlock, suffix: string): boolean =>
  suffix === (block.family === 4 ? "/32" : "/128");

function addressSetOfBlock(block: CidrBlock): AddressSet {
  return block.family === 4
    ? { v4: Uint32Array.of(block.base, block.base + 2 ** (32 - block.length) - 1), v6: [] }
    : { v4: new Uint32Array(0), v6: [block.base, block.base + (1n << BigInt(128 - block.length)) - 1n] };
}

function rulesFor(grants: readonly Grant[], addresses: AddressSet): readonly string[] {
  const granting = grants.filter((grant) => !isEmpty(intersect(grant.addresses, addresses)));
  return [...new Set(granting.map((grant) => grant.because.rule))].sort();
}
