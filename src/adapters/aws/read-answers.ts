import type { Diagnostic } from "../../core/diagnostic.ts";
import { callAws } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import {
  describeInstances,
  describeNetworkInterfaces,
  describePrefixLists,
  describeSecurityGroupRules,
  describeSecurityGroups,
  describeSubnets,
  getPrefixListEntries,
} from "./describe-ec2.ts";
import { describeDbClusters, describeDbInstances, describeDbSubnetGroups } from "./describe-rds.ts";
import { eachOf, missingAnswer, optionalAnswer } from "./optional-answer.ts";
import { type AwsAnswers, NO_ANSWERS } from "./parse/aws-answers.ts";
import { textField } from "./parse/shape.ts";
import { readProxies } from "./read-proxies.ts";
import { readQuotas } from "./read-quotas.ts";

/**
 * Reads all that the inventory is made of, every page.
 *
 * @throws AwsFault when a part that Moat cannot do without is not to be had
 */
export async function readAnswers(clients: AwsClients): Promise<AwsAnswers> {
  // First and alone: it tells bad credentials from a missing permission.
  const accountId = await readAccount(clients);
  const region = await readRegion(clients);
  const [
    dbInstances,
    dbClusters,
    subnetGroups,
    proxies,
    securityGroups,
    securityGroupRules,
    networkInterfaces,
    reservations,
    subnets,
  ] = await Promise.all([
    describeDbInstances(clients),
    describeDbClusters(clients),
    optionalAnswer(() => describeDbSubnetGroups(clients)),
    readProxies(clients),
    describeSecurityGroups(clients),
    describeSecurityGroupRules(clients),
    describeNetworkInterfaces(clients),
    optionalAnswer(() => describeInstances(clients)),
    optionalAnswer(() => describeSubnets(clients)),
  ]);
  const [prefixLists, quotas] = await Promise.all([
    readPrefixLists(clients, securityGroupRules),
    readQuotas(clients),
  ]);
  return {
    ...NO_ANSWERS,
    ...proxies,
    ...prefixLists,
    dbInstances,
    dbClusters,
    dbSubnetGroups: "answer" in subnetGroups ? subnetGroups.answer : [],
    securityGroups,
    securityGroupRules,
    networkInterfaces,
    reservations: "answer" in reservations ? reservations.answer : [],
    subnets: "answer" in subnets ? subnets.answer : [],
    consumersUnread: [
      ...unread("INSTANCES_NOT_READ", reservations, "Labels that follow from tags of instances are unknown"),
      ...unread("SUBNETS_NOT_READ", subnets, "Labels that follow from names of subnets are unknown"),
    ],
    quotas: quotas.quotas,
    ...(accountId === undefined ? {} : { accountId }),
    region,
    findings: [
      ...("fault" in subnetGroups
        ? [
            missingAnswer(
              "SUBNET_GROUPS_NOT_READ",
              subnetGroups.fault,
              "The VPC of a cluster without members is unknown",
            ),
          ]
        : []),
      ...proxies.findings,
      ...prefixLists.findings,
      ...quotas.findings,
    ],
  };
}

/** The finding for an answer that is missing, if it is. */
function unread(
  code: string,
  outcome: Awaited<ReturnType<typeof optionalAnswer<readonly unknown[]>>>,
  loss: string,
): readonly Diagnostic[] {
  return "fault" in outcome ? [missingAnswer(code, outcome.fault, loss)] : [];
}

/** The caller's account. An endpoint may know no STS; then the ARNs say which account it is. */
async function readAccount(clients: AwsClients): Promise<string | undefined> {
  const { sdk, client } = await clients.sts();
  const identity = await optionalAnswer(() =>
    callAws("sts:GetCallerIdentity", () => client.send(new sdk.GetCallerIdentityCommand({}))),
  );
  return "answer" in identity ? identity.answer.Account : undefined;
}

/** The region that the clients resolved. */
async function readRegion(clients: AwsClients): Promise<string> {
  const { client } = await clients.rds();
  return callAws("rds:DescribeDBInstances", () => client.config.region());
}

type PrefixListAnswers = Pick<AwsAnswers, "prefixLists" | "prefixListEntries" | "findings">;

const LOSS = "What such a list lets in is unknown, so no rule that names it can be judged";

/** Prefix lists, and the entries of those that a rule names. */
async function readPrefixLists(clients: AwsClients, rules: readonly unknown[]): Promise<PrefixListAnswers> {
  const lists = await optionalAnswer(() => describePrefixLists(clients));
  if ("fault" in lists) {
    const finding = missingAnswer("PREFIX_LISTS_NOT_READ", lists.fault, LOSS);
    return { prefixLists: [], prefixListEntries: new Map(), findings: [finding] };
  }
  const named = new Set(rules.map((rule) => textField(rule, "PrefixListId")));
  const ids = lists.answer.flatMap((json) => {
    const id = textField(json, "PrefixListId");
    return id !== undefined && named.has(id) ? [id] : [];
  });
  const entries = new Map<string, readonly unknown[]>();
  const findings: Diagnostic[] = [];
  await eachOf(ids, async (id) => {
    const answer = await optionalAnswer(() => getPrefixListEntries(clients, id));
    if ("answer" in answer) entries.set(id, answer.answer);
    else findings.push(missingAnswer("PREFIX_LIST_ENTRIES_NOT_READ", answer.fault, LOSS));
  });
  return { prefixLists: lists.answer, prefixListEntries: entries, findings };
}
