import { awsEnforcement } from "../../../adapters/aws/aws-enforcement.ts";
import { awsLiveState } from "../../../adapters/aws/aws-live-state.ts";
import { createPceClient, type PceClient } from "../../../adapters/pce/pce-client.ts";
import type { ApplyPorts } from "../../../app/apply-run.ts";
import type { Traffic } from "../../../app/read-traffic.ts";
import type { AuditEntry } from "../../../ports/audit-log.ts";
import type { SandboxAws } from "../../../sandbox/aws/sandbox-aws.ts";
import type { Company } from "../../../sandbox/company/company.ts";
import type { Style } from "../render/style.ts";
import { table } from "../render/table.ts";
import { type OpenSandbox, openSandbox } from "../wire/sandbox.ts";
import type { WatchReport } from "./connection-watch.ts";
import { clientsUnderRole, type RoleClients } from "./role-clients.ts";

/** Where the story plays: the sandbox, Moat wired to it as anywhere else, and the audience. */
export interface Stage {
  readonly company: Company;
  readonly open: OpenSandbox;
  readonly aws: SandboxAws;
  /** Moat, under a role of its own. */
  readonly moat: RoleClients;
  readonly pce: PceClient;
  readonly ports: ApplyPorts;
  /** What was recorded before each write. */
  readonly audit: readonly AuditEntry[];
  readonly style: Style;
  readonly say: (text: string) => void;
  /** Says a sentence, broken at the edge. */
  readonly tell: (sentence: string) => void;
  /** Says whether something holds that must; what fails fails the demo. */
  readonly check: (holds: boolean, text: string) => void;
  readonly failed: readonly string[];
  /** What flow logs showed, once they were read. */
  traffic: Traffic | undefined;
  readonly acknowledged: Set<string>;
  /** Every attempt of every run that was watched. */
  readonly watched: WatchReport[];
}

/** Opens a fresh sandbox and takes Moat's role in it. */
export async function openStage(style: Style, say: (text: string) => void): Promise<Stage> {
  const open = openSandbox();
  const moat = await clientsUnderRole(open, "moat", "demo");
  const audit: AuditEntry[] = [];
  const failed: string[] = [];
  return {
    company: open.sample.company,
    open,
    aws: open.sample.aws.sandbox,
    moat,
    pce: createPceClient(open.pce),
    ports: {
      live: awsLiveState(moat.clients),
      enforcement: awsEnforcement(moat.clients),
      audit: { record: async (entry) => void audit.push(entry) },
      clock: open.clock,
    },
    audit,
    style,
    say,
    tell: (sentence) => say(table([[sentence]], "  ")),
    check: (holds, text) => {
      say(table([[holds ? style.green("✓") : style.red("✗ NOT SO:"), text]], "  "));
      if (!holds) failed.push(text);
    },
    failed,
    traffic: undefined,
    acknowledged: new Set(),
    watched: [],
  };
}
