import { PolicyDocument, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Statement } from "./permissions.ts";

/** Statements as a document of the CDK. */
export const documentOf = (statements: readonly Statement[]): PolicyDocument =>
  new PolicyDocument({
    statements: statements.map((each) => PolicyStatement.fromJson(each)),
    minimize: false,
  });
