import type { AthenaClient } from "@aws-sdk/client-athena";
import type { AwsClients, Service } from "./aws-clients.ts";

type Athena = typeof import("./sdk/athena.ts");

/** Gives the client of Athena and its commands. */
export type AthenaService = () => Promise<Service<Athena, AthenaClient>>;

/** Athena in the account and region of the clients; loaded and made on first use, closed with them. */
export function athenaService(clients: AwsClients): AthenaService {
  let made: ReturnType<AthenaService> | undefined;
  const make: AthenaService = async () => {
    const sdk = await import("./sdk/athena.ts");
    return { sdk, client: await clients.other("athena", (config) => new sdk.AthenaClient(config)) };
  };
  return () => {
    made ??= make();
    return made;
  };
}
