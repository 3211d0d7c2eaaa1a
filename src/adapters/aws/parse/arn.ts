/** The parts of an ARN that we use. */
export interface ArnParts {
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  /** All after the account, e.g. `db:orders` or `security-group/sg-1`. */
  readonly resource: string;
}

/** Splits an ARN, of any partition; `undefined` when the text is none. */
export function parseArn(text: string): ArnParts | undefined {
  const [arn, partition, service, region, accountId, ...resource] = text.split(":");
  if (arn !== "arn" || !partition || !service || region === undefined || accountId === undefined)
    return undefined;
  if (resource.length === 0) return undefined;
  return { service, region, accountId, resource: resource.join(":") };
}

/** The id in an ARN of the RDS family: `orders` of `…:db:orders`, `prx-1` of `…:db-proxy:prx-1`. */
export function rdsResource(arn: string): { readonly type: string; readonly id: string } | undefined {
  const parts = parseArn(arn);
  if (parts === undefined) return undefined;
  const colon = parts.resource.indexOf(":");
  if (colon < 0) return undefined;
  return { type: parts.resource.slice(0, colon), id: parts.resource.slice(colon + 1) };
}
