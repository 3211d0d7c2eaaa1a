import { describe, expect, it } from "vitest";
import { parseForm } from "./form.ts";

describe("parseForm", () => {
  it.each([
    { body: "Action=X&GroupId=sg-1", style: "flat", want: { Action: "X", GroupId: "sg-1" } },
    {
      body: "Filter.1.Name=vpc-id&Filter.1.Value.1=a&Filter.1.Value.2=b&Filter.2.Name=n",
      style: "flat",
      want: { Filter: [{ Name: "vpc-id", Value: ["a", "b"] }, { Name: "n" }] },
    },
    { body: "Id.10=j&Id.2=b&Id.1=a", style: "flat", want: { Id: ["a", "b", "j"] } },
    { body: "A.B=x&A.C.1.D=y", style: "flat", want: { A: { B: "x", C: [{ D: "y" }] } } },
    { body: "Text=a%20%26%3D%2B+b", style: "flat", want: { Text: "a &=+ b" } },
    { body: "Empty=", style: "flat", want: { Empty: "" } },
    { body: "Ids.member.1=a&Ids.member.2=b", style: "wrapped", want: { Ids: ["a", "b"] } },
    {
      body: "Filters.Filter.1.Name=n&Filters.Filter.1.Values.Value.1=v",
      style: "wrapped",
      want: { Filters: [{ Name: "n", Values: ["v"] }] },
    },
    {
      body: "Tags.member.1.Key=k&Tags.member.1.Value=",
      style: "wrapped",
      want: { Tags: [{ Key: "k", Value: "" }] },
    },
    { body: "", style: "flat", want: {} },
  ] as const)("$body ($style)", ({ body, style, want }) => {
    expect(parseForm(body, style)).toEqual(want);
  });
});
