import type { Diagnostic } from "../../core/diagnostic.ts";
import type { AwsClients } from "./aws-clients.ts";
import { describeDbProxies, describeDbProxyEndpoints, listTags } from "./describe-rds.ts";
import { eachOf, missingAnswer, optionalAnswer } from "./optional-answer.ts";
import type { AwsAnswers } from "./parse/aws-answers.ts";
import { textField } from "./parse/shape.ts";

/** The part of the answers that is about proxies. */
export type ProxyAnswers = Pick<
  AwsAnswers,
  "dbProxies" | "dbProxyEndpoints" | "tagLists" | "notRead" | "findings"
>;

const LOSS = "Proxies and their endpoints are left alone, because nothing is known of them";

/** Proxies, their endpoints and the tags of both. A region without RDS Proxy, or a refusal, is a finding. */
export async function readProxies(clients: AwsClients): Promise<ProxyAnswers> {
  const findings: Diagnostic[] = [];
  const proxies = await optionalAnswer(() => describeDbProxies(clients));
  if ("fault" in proxies) return noProxies([missingAnswer("PROXIES_NOT_READ", proxies.fault, LOSS)]);
  // There is no endpoint without a proxy, and few accounts have one.
  if (proxies.answer.length === 0) return noProxies([]);
  const endpoints = await optionalAnswer(() => describeDbProxyEndpoints(clients));
  if ("fault" in endpoints) findings.push(missingAnswer("PROXY_ENDPOINTS_NOT_READ", endpoints.fault, LOSS));
  const dbProxyEndpoints = "answer" in endpoints ? endpoints.answer : [];
  const arns = [
    ...proxies.answer.map((json) => textField(json, "DBProxyArn")),
    ...dbProxyEndpoints.map((json) => textField(json, "DBProxyEndpointArn")),
  ].filter((arn) => arn !== undefined);
  return { dbProxies: proxies.answer, dbProxyEndpoints, ...(await readTags(clients, arns)), findings };
}

const noProxies = (findings: readonly Diagnostic[]): ProxyAnswers => ({
  dbProxies: [],
  dbProxyEndpoints: [],
  tagLists: new Map(),
  notRead: new Map(),
  findings,
});

/**
 * Tags by ARN. They hold the owner's opt-out, so an object whose tags cannot be read is not to be written to.
 */
export async function readTags(
  clients: AwsClients,
  arns: readonly string[],
): Promise<Pick<AwsAnswers, "tagLists" | "notRead">> {
  const tagLists = new Map<string, readonly unknown[]>();
  const notRead = new Map<string, Diagnostic>();
  await eachOf(arns, async (arn) => {
    const tags = await optionalAnswer(() => listTags(clients, arn));
    if ("answer" in tags) tagLists.set(arn, tags.answer);
    else
      notRead.set(arn, missingAnswer("TAGS_NOT_READ", tags.fault, "Its tags say whether its owner consents"));
  });
  return { tagLists, notRead };
}
