/** Of this service, what Moat uses: a bundle then leaves the hundreds of other operations out. */
export { OrganizationsClient, paginateListAccounts } from "@aws-sdk/client-organizations";
