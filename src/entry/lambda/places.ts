import type { Logger } from "@aws-lambda-powertools/logger";
import type { Context } from "aws-lambda";
import { awsEnforcement } from "../../adapters/aws/aws-enforcement.ts";
import { awsInventorySource } from "../../adapters/aws/aws-inventory-source.ts";
import { awsLiveState } from "../../adapters/aws/aws-live-state.ts";
import type { IngestPorts } from "../../app/ingest-flow-logs.ts";
import type { KeepInventory } from "../../app/kept-inventory.ts";
import { AwsFault } from "../../ports/aws-fault.ts";
import type { LambdaEnvironment } from "./environment.ts";
import type { TargetName, Targets } from "./targets.ts";

/** What depends on the account and region where databases are. */
type Placed = Pick<IngestPorts, "inventory" | "apply">;

/**
 * Ports for the databases of the account and region that wrote a flow log. A place that is not looked after, or whose
 * account has no role for us, is told in the log and worked on from here: its flows are counted and meet no database.
 *
 * @param home ports of the function's own account and region
 * @param name where the flow log was written; undefined where nothing says so
 * @throws AwsFault when the place could not be reached for another reason than a refusal
 */
export async function portsOf(
  home: Placed,
  name: TargetName | undefined,
  at: {
    readonly settings: LambdaEnvironment;
    readonly context: Context;
    readonly targets: Targets;
    readonly logger: Logger;
    readonly keep: KeepInventory;
  },
): Promise<Placed> {
  const { settings, context, targets, logger, keep } = at;
  if (name === undefined || isHome(name, context)) return home;
  if (!isLookedAfter(name, settings, context)) {
    logger.warn("flow logs of an account or region that is not looked after", { ...name });
    return home;
  }
  try {
    const { clients } = await targets.open(name);
    return {
      inventory: keep(
        `${name.accountId} ${name.region}`,
        awsInventorySource(clients, `live ${name.accountId} ${name.region}`),
      ),
      apply: { ...home.apply, live: awsLiveState(clients), enforcement: awsEnforcement(clients) },
    };
  } catch (error) {
    if (!(error instanceof AwsFault) || error.kind !== "denied") throw error;
    logger.warn("flow logs of an account that refuses its role", {
      ...name,
      code: error.code,
      fix: error.fix,
    });
    return home;
  }
}

/** The fifth part of a function's ARN is its account: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html */
const ownAccount = ({ invokedFunctionArn }: Context): string | undefined => invokedFunctionArn.split(":")[4];
const ownRegion = ({ invokedFunctionArn }: Context): string | undefined => invokedFunctionArn.split(":")[3];

const isHome = ({ accountId, region }: TargetName, context: Context): boolean =>
  accountId === ownAccount(context) && region === ownRegion(context);

function isLookedAfter(
  { accountId, region }: TargetName,
  { MOAT_ACCOUNTS: accounts, MOAT_REGIONS: regions }: LambdaEnvironment,
  context: Context,
): boolean {
  const knownRegion =
    regions === undefined ? region === ownRegion(context) : regions.split(/\s+/).includes(region);
  if (!knownRegion) return false;
  if (accounts === undefined) return accountId === ownAccount(context);
  return accounts === "organization" || accounts.split(/\s+/).includes(accountId);
}
