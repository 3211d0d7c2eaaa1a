import { allPages } from "./aws-call.ts";
import type { AwsClients } from "./aws-clients.ts";
import { textField } from "./parse/shape.ts";

/**
 * Ids of the organization's accounts that are in use, sorted. To be asked as the management account or as one that it
 * delegated this to.
 *
 * @throws AwsFault
 */
export async function organizationAccounts(clients: AwsClients): Promise<readonly string[]> {
  const { sdk, client } = await clients.organizations();
  const accounts = await allPages(
    "organizations:ListAccounts",
    () => sdk.paginateListAccounts({ client }, {}),
    (page) => page.Accounts,
  );
  // "State" takes the place of "Status"; until then an answer may have either:
  // https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
  return accounts
    .filter((json) => (textField(json, "State") ?? textField(json, "Status")) === "ACTIVE")
    .flatMap((json) => textField(json, "Id") ?? [])
    .sort();
}
