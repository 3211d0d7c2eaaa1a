import { describe, expect, it } from "vitest";
import { unexplainedFindings, unexplainedText } from "./explained-findings.ts";

const finding = (id: string): string =>
  `file:infra/hub-stack.ts:1:1\nERROR Something is open. (AwsSolutions)\n   moat-hub/State/Resource\n   Acknowledge with 'AwsSolutions::${id}'\n`;

describe("what is printed of findings", () => {
  it("leaves out those that are explained, and shows all others", () => {
    const printed = [finding("AwsSolutions-S1"), finding("AwsSolutions-S10"), "An error of another kind\n"];
    const shown = unexplainedText(printed.join("\n"));
    expect(shown).not.toContain("AwsSolutions-S1'");
    expect(shown).toContain("Acknowledge with 'AwsSolutions::AwsSolutions-S10'");
    expect(shown).toContain("An error of another kind");
  });

  it("is nothing when all are explained", () => {
    expect(unexplainedText(finding("AwsSolutions-S1"))).toBe("");
  });

  it("explains no more than it names", () => {
    const violations = ["AwsSolutions-S1", "AwsSolutions-IAM5[Resource::arn:aws:s3:::other/*]"].map(
      (ruleName) => ({
        ruleName,
      }),
    );
    expect(unexplainedFindings({ pluginReports: [{ violations }] })).toEqual([
      "AwsSolutions-IAM5[Resource::arn:aws:s3:::other/*]",
    ]);
  });
});
