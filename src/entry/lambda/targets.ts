import { assumeRole } from "../../adapters/aws/assume-role.ts";
import { callAws } from "../../adapters/aws/aws-call.ts";
import { type AwsClients, awsClients } from "../../adapters/aws/aws-clients.ts";
import type { CallMeter } from "../../adapters/aws/call-meter.ts";
import { organizationAccounts } from "../../adapters/aws/organization-accounts.ts";
import type { LambdaEnvironment } from "./environment.ts";

/** One region of one account. */
export interface TargetName {
  readonly accountId: string;
  readonly region: string;
}

/** A target that can be talked to. */
export interface Target extends TargetName {
  readonly clients: AwsClients;
  /** ARN that Moat acts under there. */
  readonly self: string;
}

/** The accounts and regions of an installation. */
export interface Targets {
  /** Every target; read anew each time where the organization says which accounts there are. */
  list(): Promise<readonly TargetName[]>;
  /** Opens a target. Clients and credentials are kept. @throws AwsFault when the account refuses the role */
  open(name: TargetName): Promise<Target>;
}

/** The targets that the environment names, by default the function's own account and region. */
export function targets(
  settings: LambdaEnvironment,
  env: NodeJS.ProcessEnv,
  home: AwsClients,
  meter: CallMeter,
): Targets {
  const regions = settings.MOAT_REGIONS?.split(/\s+/) ?? [settings.AWS_REGION];
  const opened = new Map<string, Promise<Target>>();
  const roles = new Map<string, ReturnType<typeof assumeRole>>();
  let own: Promise<Identity> | undefined;
  const whoAmI = (): Promise<Identity> => {
    own ??= identityOf(home);
    own.catch(() => {
      own = undefined;
    });
    return own;
  };
  const credentialsFor = (accountId: string): ReturnType<typeof assumeRole> => {
    const known = roles.get(accountId);
    if (known !== undefined) return known;
    const role = {
      roleArn: `arn:${partitionOf(settings.AWS_REGION)}:iam::${accountId}:role/${settings.MOAT_SPOKE_ROLE}`,
      ...(settings.MOAT_EXTERNAL_ID === undefined ? {} : { externalId: settings.MOAT_EXTERNAL_ID }),
    };
    const taken = callerOf(home, settings.AWS_REGION, env).then((caller) => assumeRole(role, caller));
    roles.set(accountId, taken);
    return taken;
  };
  async function make({ accountId, region }: TargetName): Promise<Target> {
    const me = await whoAmI();
    const elsewhere = accountId !== me.accountId;
    const clients =
      !elsewhere && region === settings.AWS_REGION
        ? home
        : awsClients({
            env,
            region,
            meter,
            accountId,
            ...(elsewhere ? { credentials: await credentialsFor(accountId) } : {}),
          });
    const self = elsewhere ? (await identityOf(clients)).arn : me.arn;
    return { accountId, region, clients, self };
  }
  return {
    list: async () => {
      const accounts = await accountsOf(settings, home, whoAmI);
      return accounts.flatMap((accountId) => regions.map((region) => ({ accountId, region })));
    },
    open: (name) => {
      const key = `${name.accountId} ${name.region}`;
      const target = opened.get(key) ?? make(name);
      opened.set(key, target);
      // A refusal is not remembered: the role may be there the next time.
      target.catch(() => opened.delete(key));
      return target;
    },
  };
}

interface Identity {
  readonly accountId: string;
  readonly arn: string;
}

async function identityOf(clients: AwsClients): Promise<Identity> {
  const { sdk, client } = await clients.sts();
  const { Account = "", Arn = "" } = await callAws("sts:GetCallerIdentity", () =>
    client.send(new sdk.GetCallerIdentityCommand({})),
  );
  return { accountId: Account, arn: Arn };
}

async function accountsOf(
  { MOAT_ACCOUNTS }: LambdaEnvironment,
  home: AwsClients,
  whoAmI: () => Promise<Identity>,
): Promise<readonly string[]> {
  if (MOAT_ACCOUNTS === undefined) return [(await whoAmI()).accountId];
  return MOAT_ACCOUNTS === "organization" ? organizationAccounts(home) : MOAT_ACCOUNTS.split(/\s+/);
}

/** STS is asked as the function itself. */
async function callerOf(home: AwsClients, region: string, env: NodeJS.ProcessEnv) {
  const { client } = await home.sts();
  const endpoint = env.AWS_ENDPOINT_URL;
  return {
    region,
    credentials: client.config.credentials,
    requestHandler: client.config.requestHandler,
    ...(endpoint === undefined || endpoint === "" ? {} : { endpoint }),
  };
}

function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
