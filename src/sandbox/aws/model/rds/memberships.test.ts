import { expect, it } from "vitest";
import { assignGroups, effectiveGroups, isChanging, memberships, wantedMemberships } from "./memberships.ts";

const times = { now: 0, effectiveAt: 10, settledAt: 20 };

it.each([
  { from: "sg-b", to: "sg-a sg-b", want: "sg-a adding, sg-b active" },
  { from: "sg-a", to: "sg-b", want: "sg-a removing, sg-b adding" },
  { from: "sg-a sg-b", to: "sg-b", want: "sg-a removing, sg-b active" },
  { from: "sg-a sg-b", to: "sg-b sg-a sg-a", want: "sg-a active, sg-b active" },
])("$from -> $to shows $want", ({ from, to, want }) => {
  const assignment = assignGroups({ groups: from.split(" ") }, to.split(" "), times);
  const shown = memberships(assignment, 0).map((group) => `${group.vpcSecurityGroupId} ${group.status}`);
  expect(shown.join(", ")).toBe(want);
});

it("shows, filters and settles at three different times", () => {
  const assignment = assignGroups({ groups: ["old"] }, ["new"], times);
  const at = (now: number) => ({
    inForce: effectiveGroups(assignment, now).join(),
    shown: memberships(assignment, now)
      .map((group) => group.status)
      .join(),
    changing: isChanging(assignment, now),
  });
  expect(at(9)).toEqual({ inForce: "old", shown: "adding,removing", changing: true });
  expect(at(10)).toEqual({ inForce: "new", shown: "adding,removing", changing: true });
  expect(at(20)).toEqual({ inForce: "new", shown: "active", changing: false });
  expect(wantedMemberships(assignment)).toEqual([{ vpcSecurityGroupId: "new", status: "active" }]);
});

it("turns round in the middle: what counts is what is in force", () => {
  const there = assignGroups({ groups: ["old"] }, ["new"], times);
  const back = assignGroups(there, ["old"], { now: 5, effectiveAt: 15, settledAt: 25 });
  expect(effectiveGroups(back, 12)).toEqual(["old"]);
  expect(isChanging(back, 5)).toBe(false);
});
