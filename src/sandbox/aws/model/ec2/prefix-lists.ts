import { AwsError } from "../aws-error.ts";
import { type Family, formatCidr, parseCidr } from "../cidr.ts";
import type { Ec2State } from "./ec2-state.ts";
import type { PrefixList, PrefixListEntry } from "./prefix-list.ts";
import { totalWeight } from "./rule-weight.ts";
import { type Peer, rulesOf, type SecurityGroup } from "./security-group.ts";
import { checkTags, type Tag } from "./tags.ts";

/** At most so many entries can be added and removed by one call. */
const MAX_ENTRIES_PER_CALL = 100;

export interface NewPrefixList {
  /** Only seeds choose ids. */
  readonly prefixListId?: string | undefined;
  readonly prefixListName: string;
  readonly family: Family;
  readonly maxEntries: number;
  readonly entries: readonly PrefixListEntry[];
  readonly tags: readonly Tag[];
}

/** Creates a list in state `create-in-progress`; it completes by the clock. @throws AwsError */
export function createPrefixList(ec2: Ec2State, input: NewPrefixList): PrefixList {
  checkTags(input.tags);
  if (
    /^com\.amazonaws/i.test(input.prefixListName) ||
    input.prefixListName.length > 255 ||
    input.prefixListName === ""
  ) {
    throw new AwsError(
      "InvalidParameterValue",
      `The prefix list name '${input.prefixListName}' is not valid`,
    );
  }
  if (input.maxEntries < 1 || input.maxEntries > ec2.quotas.value("entriesPerPrefixList")) {
    throw new AwsError(
      "InvalidParameterValue",
      `The value for maxEntries (${input.maxEntries}) is not valid`,
    );
  }
  if (ownLists(ec2).length >= ec2.quotas.value("prefixListsPerRegion")) {
    throw new AwsError("PrefixListLimitExceeded", "The maximum number of prefix lists has been reached.");
  }
  const entries = canonicalEntries(input.entries, input.family);
  checkRoom(entries.length, input.maxEntries);
  const list: PrefixList = {
    prefixListId: input.prefixListId ?? ec2.region.ids.ec2("pl"),
    prefixListName: input.prefixListName,
    family: input.family,
    ownerId: ec2.region.accountId,
    state: "create-in-progress",
    maxEntries: input.maxEntries,
    version: 1,
    entries,
    history: new Map([[1, entries]]),
  };
  if (input.tags.length > 0) ec2.tags.put(list.prefixListId, input.tags);
  ec2.putPrefixList(list);
  finishLater(ec2, list.prefixListId, (current) => ({ ...current, state: "create-complete" }));
  return list;
}

export interface PrefixListChange {
  /** Must be the version that is current: an optimistic lock. */
  readonly currentVersion?: number | undefined;
  readonly prefixListName?: string | undefined;
  readonly maxEntries?: number | undefined;
  readonly addEntries: readonly PrefixListEntry[];
  readonly removeCidrs: readonly string[];
}

/** Changes a list; entries and version change when the modification completes. @throws AwsError */
export function modifyPrefixList(ec2: Ec2State, list: PrefixList, change: PrefixListChange): PrefixList {
  if (list.ownerId === "AWS")
    throw new AwsError("UnauthorizedOperation", "You are not authorized to perform this operation.", 403);
  if (list.state.endsWith("in-progress")) {
    const message = `The prefix list '${list.prefixListId}' is in state ${list.state} and cannot be modified`;
    throw new AwsError("IncorrectState", message);
  }
  const changesEntries = change.addEntries.length + change.removeCidrs.length > 0;
  if (changesEntries && change.maxEntries !== undefined) {
    const message =
      "You cannot modify the entries of a prefix list and its maximum number of entries in the same request";
    throw new AwsError("InvalidParameterCombination", message);
  }
  if (changesEntries) checkVersion(list, change.currentVersion);
  const entries = changesEntries ? changedEntries(list, change) : list.entries;
  const maxEntries = change.maxEntries ?? list.maxEntries;
  checkRoom(entries.length, maxEntries);
  const started: PrefixList = {
    ...list,
    prefixListName: change.prefixListName ?? list.prefixListName,
    state: "modify-in-progress",
  };
  ec2.putPrefixList(started);
  finishLater(ec2, list.prefixListId, (current) => {
    if (maxEntries > current.maxEntries && !growthFits(ec2, current, maxEntries)) {
      const stateMessage =
        "A resource that references the prefix list has no room for the new maximum number of entries";
      return { ...current, state: "modify-failed", stateMessage };
    }
    const version = changesEntries ? current.version + 1 : current.version;
    return {
      ...current,
      state: "modify-complete",
      maxEntries,
      version,
      entries,
      history: new Map(current.history).set(version, entries),
    };
  });
  return started;
}

/** Deletes a list by the clock. @throws AwsError when a rule refers to it */
export function deletePrefixList(ec2: Ec2State, list: PrefixList): PrefixList {
  if (referringGroups(ec2, list).length > 0) {
    throw new AwsError("DependencyViolation", `The prefix list '${list.prefixListId}' is in use`);
  }
  const started: PrefixList = { ...list, state: "delete-in-progress" };
  ec2.putPrefixList(started);
  ec2.region.clock.schedule(ec2.behaviour.prefixListDelayMs, () => {
    ec2.prefixLists.delete(list.prefixListId);
    ec2.tags.drop(list.prefixListId);
    ec2.region.changed("prefixList", list.prefixListId);
  });
  return started;
}

/** Entries now or at a version of the last ones kept. @throws AwsError */
export function entriesAt(list: PrefixList, targetVersion: number | undefined): readonly PrefixListEntry[] {
  const entries = targetVersion === undefined ? list.entries : list.history.get(targetVersion);
  if (entries !== undefined) return entries;
  const message = `The prefix list '${list.prefixListId}' has no version ${targetVersion}`;
  throw new AwsError("InvalidPrefixListVersion.NotFound", message);
}

/** @throws AwsError InvalidPrefixListID.NotFound */
export function prefixListById(ec2: Ec2State, prefixListId: string): PrefixList {
  const list = ec2.prefixLists.get(prefixListId);
  if (list !== undefined) return list;
  throw new AwsError("InvalidPrefixListID.NotFound", `The prefix list ID '${prefixListId}' does not exist`);
}

const ownLists = (ec2: Ec2State): readonly PrefixList[] =>
  ec2.prefixLists.values().filter((list) => list.ownerId !== "AWS");

function finishLater(ec2: Ec2State, prefixListId: string, finish: (current: PrefixList) => PrefixList): void {
  ec2.region.clock.schedule(ec2.behaviour.prefixListDelayMs, () => {
    const current = ec2.prefixLists.get(prefixListId);
    if (current !== undefined) ec2.putPrefixList(finish(current));
  });
}

function checkVersion(list: PrefixList, currentVersion: number | undefined): void {
  if (currentVersion === undefined) {
    throw new AwsError("MissingParameter", "The request must contain the parameter CurrentVersion");
  }
  if (currentVersion === list.version) return;
  const message = `The prefix list has the version ${list.version}, not ${currentVersion}`;
  throw new AwsError("PrefixListVersionMismatch", message);
}

function changedEntries(list: PrefixList, change: PrefixListChange): readonly PrefixListEntry[] {
  const added = canonicalEntries(change.addEntries, list.family);
  const removed = new Set(change.removeCidrs.map((cidr) => canonicalEntry({ cidr }, list.family).cidr));
  if (added.length > MAX_ENTRIES_PER_CALL || removed.size > MAX_ENTRIES_PER_CALL) {
    throw new AwsError("InvalidParameterValue", `A request may hold at most ${MAX_ENTRIES_PER_CALL} entries`);
  }
  const present = new Set(list.entries.map((entry) => entry.cidr));
  const missing = [...removed].find((cidr) => !present.has(cidr));
  if (missing !== undefined)
    throw new AwsError("InvalidParameterValue", `The entry ${missing} does not exist`);
  const overwritten = new Set(added.map((entry) => entry.cidr));
  return [...list.entries.filter(({ cidr }) => !removed.has(cidr) && !overwritten.has(cidr)), ...added];
}

function canonicalEntries(entries: readonly PrefixListEntry[], family: Family): readonly PrefixListEntry[] {
  const canonical = entries.map((entry) => canonicalEntry(entry, family));
  if (new Set(canonical.map((entry) => entry.cidr)).size < canonical.length) {
    throw new AwsError("InvalidParameterValue", "The same CIDR must not appear multiple times");
  }
  return canonical;
}

function canonicalEntry(entry: PrefixListEntry, family: Family): PrefixListEntry {
  const cidr = parseCidr(entry.cidr);
  if (cidr === undefined || cidr.family !== family) {
    throw new AwsError("InvalidParameterValue", `The CIDR ${entry.cidr} is not valid for the address family`);
  }
  return { ...entry, cidr: formatCidr(cidr) };
}

function checkRoom(entries: number, maxEntries: number): void {
  if (entries <= maxEntries) return;
  const message = `You have ${entries} entries, which is more than the maximum of ${maxEntries}`;
  throw new AwsError("PrefixListMaxEntriesExceeded", message);
}

const refersTo = (peer: Peer, list: PrefixList): boolean =>
  peer.kind === "prefixList" && peer.prefixListId === list.prefixListId;

const referringGroups = (ec2: Ec2State, list: PrefixList): readonly SecurityGroup[] =>
  ec2.groups.values().filter((group) => group.rules.some(({ peer }) => refersTo(peer, list)));

/** Whether every group that refers to the list still holds its rules once the list weighs more. */
function growthFits(ec2: Ec2State, list: PrefixList, maxEntries: number): boolean {
  const limit = ec2.quotas.value("rulesPerSecurityGroup");
  return referringGroups(ec2, list).every((group) =>
    [false, true].every((isEgress) => {
      const rules = rulesOf(group, isEgress);
      const references = rules.filter(({ peer }) => refersTo(peer, list)).length;
      return totalWeight(ec2, rules)[list.family] + references * (maxEntries - list.maxEntries) <= limit;
    }),
  );
}
