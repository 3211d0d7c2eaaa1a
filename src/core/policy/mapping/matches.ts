import { parseAddress } from "../../net/address.ts";
import { type AddressSet, addressSetOfCidrs, contains } from "../../net/address-set.ts";
import type { AwsObject } from "./aws-objects.ts";
import type { ObjectMatch } from "./model.ts";
import { fitsAny } from "./name-pattern.ts";

/** The tag that EC2 Auto Scaling gives its instances. */
export const AUTO_SCALING_TAG = "aws:autoscaling:groupName";

/** A question to an object; made once from a rule's conditions and asked of many objects. */
export type ObjectTest = (object: AwsObject) => boolean;

/** Turns conditions into the question whether all of them hold. */
export function matcher(match: ObjectMatch): ObjectTest {
  const tests = [
    when(match.kinds, (kinds) => (o) => kinds.includes(o.kind)),
    when(match.tags, (tags) => (o) => Object.entries(tags).every(([k, values]) => hasTag(o, k, values))),
    when(match.subnets, (patterns) => (o) => fitsAny(patterns, o.subnets)),
    when(match.securityGroups, (patterns) => (o) => fitsAny(patterns, o.securityGroups)),
    when(match.vpcs, (patterns) => (o) => fitsAny(patterns, o.vpcs)),
    when(match.cidrs, (cidrs) => within(addressSetOfCidrs(cidrs))),
    when(match.descriptions, (patterns) => (o) => fitsAny(patterns, o.descriptions)),
    when(match.autoScalingGroups, (patterns) => (o) => hasTag(o, AUTO_SCALING_TAG, patterns)),
    when(match.names, (patterns) => (o) => fitsAny(patterns, o.names)),
    when(match.engines, (patterns) => (o) => o.engine !== undefined && fitsAny(patterns, [o.engine])),
  ].flat();
  return (object) => tests.every((test) => test(object));
}

const when = <T>(condition: T | undefined, test: (condition: T) => ObjectTest): readonly ObjectTest[] =>
  condition === undefined ? [] : [test(condition)];

function hasTag({ tags }: AwsObject, key: string, values: readonly string[]): boolean {
  const value = Object.hasOwn(tags, key) ? tags[key] : undefined;
  return value !== undefined && fitsAny(values, [value]);
}

const within =
  (set: AddressSet): ObjectTest =>
  ({ addresses }) =>
    addresses.some((text) => {
      const address = parseAddress(text);
      return address.ok && contains(set, address.value);
    });
