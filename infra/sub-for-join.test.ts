import { expect, it } from "vitest";
import { subForJoin } from "./sub-for-join.ts";

const join = (...parts: readonly unknown[]) => ({ "Fn::Join": ["", parts] });
const variable = (name: string): string => `\${${name}}`;

it("writes a joined text as one with variables, however deep it is", () => {
  expect(subForJoin({ deep: [join("s3://", { Ref: "State" }, "/state")] })).toEqual({
    deep: [{ "Fn::Sub": `s3://${variable("State")}/state` }],
  });
});

it("names an attribute with a dot", () => {
  expect(subForJoin(join({ "Fn::GetAtt": ["Logs", "Arn"] }, "/AWSLogs/*"))).toEqual({
    "Fn::Sub": `${variable("Logs.Arn")}/AWSLogs/*`,
  });
});

it("keeps a text that looks like a variable what it is", () => {
  expect(subForJoin(join(`a ${variable("b")} `, { Ref: "C" }))).toEqual({
    "Fn::Sub": `a ${variable("!b")} ${variable("C")}`,
  });
});

it.each([
  { "Fn::Join": [",", ["a", { Ref: "B" }]] },
  join("a", { "Fn::If": ["C", "d", "e"] }),
  { "Fn::Join": ["", { Ref: "List" }] },
])("leaves %j as it is", (value) => {
  expect(subForJoin(value)).toEqual(value);
});
