import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, type Stack, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { unexplainedFindings, unexplainedText } from "./explained-findings.ts";
import { HubStack } from "./hub-stack.ts";
import { MapStack } from "./map-stack.ts";
import { SpokeEnforceStack, SpokeEventsStack, SpokeObserveStack } from "./spoke-stacks.ts";
import { subForJoin } from "./sub-for-join.ts";

/** A template, as CloudFormation takes it. */
export interface Template {
  readonly name: string;
  readonly text: string;
}

/** A template without the blanks that only people want: CloudFormation takes it inline. */
export const compact = (text: string): string => JSON.stringify(JSON.parse(text));

const json = (folder: string, name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));

/** Every template. @throws Error when cdk-nag finds something that nobody explained */
export function templates(): readonly Template[] {
  const outdir = mkdtempSync(join(tmpdir(), "moat-synth-"));
  try {
    const app = new App({ outdir, analyticsReporting: false });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    let stacks: readonly Stack[] = [];
    const printed = printedBy(() => {
      stacks = stacksOf(app);
      synthesize(app);
    });
    process.stderr.write(unexplainedText(printed));
    const unexplained = unexplainedFindings(json(outdir, "validation-report.json"));
    if (unexplained.length > 0) throw new Error(`cdk-nag finds: ${unexplained.join(", ")}`);
    return stacks.map(({ artifactId: name }) => ({
      name,
      text: `${JSON.stringify(subForJoin(lean(json(outdir, `${name}.template.json`))), null, 1)}\n`,
    }));
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

const stacksOf = (app: App): readonly Stack[] => [
  new HubStack(app, "moat-hub", { enforceHere: false }),
  new HubStack(app, "moat-hub-enforce", { enforceHere: true }),
  new SpokeObserveStack(app, "moat-spoke-observe"),
  new SpokeEnforceStack(app, "moat-spoke-enforce"),
  new SpokeEventsStack(app, "moat-spoke-events"),
  new MapStack(app, "moat-map"),
];

function synthesize(app: App): void {
  try {
    app.synth();
  } catch (error) {
    // Findings end the synthesis, after everything was written, and whether they are explained or not.
    if (!/validation\s?failed/i.test(String(error))) throw error;
  }
}

/** What is printed to standard error meanwhile: cdk-nag prints explained findings as errors, too. */
function printedBy(work: () => void): string {
  const { stderr } = process;
  const write = stderr.write;
  let printed = "";
  stderr.write = (chunk: string | Uint8Array): boolean => {
    printed += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString();
    return true;
  };
  try {
    work();
    return printed;
  } finally {
    stderr.write = write;
  }
}

/** Without what CloudFormation takes for granted: a resource goes with its stack. */
function withoutDefaults(resources: Readonly<Record<string, CfnResource>>): object {
  return Object.fromEntries(
    Object.entries(resources).map(([id, { DeletionPolicy, UpdateReplacePolicy, ...rest }]) => [
      id,
      {
        ...rest,
        ...(DeletionPolicy === "Delete" ? {} : { DeletionPolicy }),
        ...(UpdateReplacePolicy === "Delete" ? {} : { UpdateReplacePolicy }),
      },
    ]),
  );
}

interface CfnResource extends Readonly<Record<string, unknown>> {
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

/** The CDK's own rule asks for an account prepared for the CDK; these templates need nothing of that. */
function lean(template: unknown): unknown {
  const { Rules, Parameters, Resources, ...rest } = template as {
    readonly Rules?: Readonly<Record<string, unknown>>;
    readonly Parameters?: Readonly<Record<string, unknown>>;
    readonly Resources: Readonly<Record<string, CfnResource>>;
  };
  const { BootstrapVersion, ...parameters } = Parameters ?? {};
  const { CheckBootstrapVersion, ...rules } = Rules ?? {};
  void BootstrapVersion;
  void CheckBootstrapVersion;
  return {
    ...rest,
    Resources: withoutDefaults(Resources),
    Parameters: parameters,
    ...(Object.keys(rules).length === 0 ? {} : { Rules: rules }),
  };
}
