import { describe, expect, it } from "vitest";
import { codeOf, ec2World, v4 } from "../../testing/ec2-world.ts";
import {
  createPrefixList,
  deletePrefixList,
  entriesAt,
  modifyPrefixList,
  prefixListById,
} from "./prefix-lists.ts";

const listWorld = () => {
  const world = ec2World();
  const { ec2, sandbox } = world;
  const input = {
    prefixListName: "offices",
    family: "ipv4" as const,
    maxEntries: 3,
    entries: [{ cidr: "10.1.2.3/24" }],
    tags: [],
  };
  const { prefixListId } = createPrefixList(ec2, input);
  const list = () => prefixListById(ec2, prefixListId);
  const settle = () => sandbox.clock.advance(1_000);
  return { ...world, input, prefixListId, list, settle };
};
const none = { addEntries: [], removeCidrs: [] };
const adding = (...cidrs: readonly string[]) => ({ ...none, addEntries: cidrs.map((cidr) => ({ cidr })) });

describe("managed prefix lists", () => {
  it("are created by the clock, with canonical entries", () => {
    const { list, settle } = listWorld();
    expect(list()).toMatchObject({
      state: "create-in-progress",
      version: 1,
      entries: [{ cidr: "10.1.2.0/24" }],
    });
    settle();
    expect(list().state).toBe("create-complete");
  });

  it("change their entries and version when the modification completes", () => {
    const { ec2, list, settle } = listWorld();
    settle();
    modifyPrefixList(ec2, list(), {
      ...adding("10.9.0.0/16"),
      removeCidrs: ["10.1.2.0/24"],
      currentVersion: 1,
    });
    expect(list()).toMatchObject({
      state: "modify-in-progress",
      version: 1,
      entries: [{ cidr: "10.1.2.0/24" }],
    });
    settle();
    expect(list()).toMatchObject({
      state: "modify-complete",
      version: 2,
      entries: [{ cidr: "10.9.0.0/16" }],
    });
    expect(entriesAt(list(), 1)).toEqual([{ cidr: "10.1.2.0/24" }]);
    expect(codeOf(() => entriesAt(list(), 7))).toBe("InvalidPrefixListVersion.NotFound");
  });

  it.each([
    {
      name: "an old version",
      change: { ...adding("10.9.0.0/16"), currentVersion: 7 },
      want: "PrefixListVersionMismatch",
    },
    { name: "no version", change: adding("10.9.0.0/16"), want: "MissingParameter" },
    {
      name: "too many entries",
      change: { ...adding("1.0.0.0/8", "2.0.0.0/8", "3.0.0.0/8"), currentVersion: 1 },
      want: "PrefixListMaxEntriesExceeded",
    },
    {
      name: "entries and a new maximum",
      change: { ...adding("1.0.0.0/8"), currentVersion: 1, maxEntries: 9 },
      want: "InvalidParameterCombination",
    },
    {
      name: "an entry of the other family",
      change: { ...adding("::/0"), currentVersion: 1 },
      want: "InvalidParameterValue",
    },
    {
      name: "a maximum below the entries",
      change: { ...none, maxEntries: 0 },
      want: "PrefixListMaxEntriesExceeded",
    },
    {
      name: "101 entries",
      change: { ...adding(...Array.from({ length: 101 }, (_, i) => `10.0.${i}.0/24`)), currentVersion: 1 },
      want: "InvalidParameterValue",
    },
    { name: "a rename", change: { ...none, prefixListName: "new" }, want: "ok" },
  ])("answer $want to $name", ({ change, want }) => {
    const { ec2, list, settle } = listWorld();
    settle();
    expect(codeOf(() => modifyPrefixList(ec2, list(), change))).toBe(want);
  });

  it("cannot be modified while something is in progress", () => {
    const { ec2, list } = listWorld();
    expect(codeOf(() => modifyPrefixList(ec2, list(), { ...none, maxEntries: 5 }))).toBe("IncorrectState");
  });

  it("do not grow when a group that refers to them would overflow", () => {
    const { ec2, list, settle, ingress, prefixListId } = listWorld();
    ingress(
      { prefixListIds: [{ prefixListId }] },
      v4(...Array.from({ length: 50 }, (_, i) => `10.0.${i}.0/24`)),
    );
    settle();
    modifyPrefixList(ec2, list(), { ...none, maxEntries: 11 });
    settle();
    expect(list()).toMatchObject({ state: "modify-failed", maxEntries: 3 });
    modifyPrefixList(ec2, list(), { ...none, maxEntries: 10 });
    settle();
    expect(list()).toMatchObject({ state: "modify-complete", maxEntries: 10 });
  });

  it("cannot be deleted while a rule refers to them", () => {
    const { ec2, list, settle, ingress, group, prefixListId } = listWorld();
    ingress({ prefixListIds: [{ prefixListId }] });
    expect(codeOf(() => deletePrefixList(ec2, list()))).toBe("DependencyViolation");
    ec2.putGroup({ ...group(), rules: [] });
    deletePrefixList(ec2, list());
    settle();
    expect(ec2.prefixLists.has(prefixListId)).toBe(false);
  });
});
