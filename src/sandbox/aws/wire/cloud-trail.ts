import { AwsError } from "../model/aws-error.ts";
import { type CloudTrailEvent, trailOf } from "../model/cloud-trail.ts";
import type { SandboxWorld } from "../model/region-state.ts";
import { objects, optionalNumber, optionalString } from "./json-fields.ts";
import { type JsonObject, jsonService } from "./json-protocol.ts";
import type { WireService } from "./service.ts";

const PAGE = 50;
/** Event history is behind: "events within an account typically within about 5 minutes", at times 15. */
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
const DELAY_MS = 300_000;

/** CloudTrail on the wire (awsJson1_1): looking events up, by the name of a resource, newest first. */
export function cloudTrailService(world: SandboxWorld): WireService {
  return jsonService(world, {
    name: "cloudtrail",
    version: "1.1",
    operations: {
      DescribeTrails: {
        isWrite: false,
        run: (_input, { context }) => ({
          trailList: world.part(trailOf).hasTrail ? [trailJson(context.accountId, context.region)] : [],
        }),
      },
      LookupEvents: {
        isWrite: false,
        run: (input, { context }) => {
          const [attribute, ...more] = objects(input.LookupAttributes);
          if (attribute === undefined || more.length > 0 || attribute.AttributeKey !== "ResourceName")
            throw new AwsError("InvalidLookupAttributesException", "The sandbox looks up one ResourceName");
          const name = optionalString(attribute, "AttributeValue") ?? "";
          const until = world.clock.now() - DELAY_MS;
          const found = world
            .part(trailOf)
            .events.filter(
              (event) =>
                event.recipientAccountId === context.accountId &&
                event.awsRegion === context.region &&
                Date.parse(event.eventTime) <= until &&
                resourcesOf(event).includes(name),
            );
          const events = found.reverse().slice(0, optionalNumber(input, "MaxResults") ?? PAGE);
          return { Events: events.map(eventJson) };
        },
      },
    },
  });
}

const trailJson = (accountId: string, region: string): JsonObject => ({
  Name: "management-events",
  HomeRegion: region,
  IsMultiRegionTrail: true,
  TrailARN: `arn:aws:cloudtrail:${region}:${accountId}:trail/management-events`,
});

/** Groups and databases that an event names; CloudTrail indexes no rules. */
function resourcesOf(event: CloudTrailEvent): readonly string[] {
  const texts: string[] = [];
  const collect = (json: unknown): void => {
    if (typeof json === "string") texts.push(json);
    else if (typeof json === "object" && json !== null) Object.values(json).forEach(collect);
  };
  collect(event.requestParameters);
  collect(event.responseElements);
  return texts.filter((text) => text.startsWith("sg-") || event.eventSource === "rds.amazonaws.com");
}

const eventJson = (event: CloudTrailEvent): JsonObject => ({
  EventId: event.eventID,
  EventName: event.eventName,
  EventSource: event.eventSource,
  EventTime: Date.parse(event.eventTime) / 1000,
  ReadOnly: String(event.readOnly),
  CloudTrailEvent: JSON.stringify(event),
});
