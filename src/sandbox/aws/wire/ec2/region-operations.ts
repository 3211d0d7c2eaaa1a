import { filtered } from "../../model/ec2/filters.ts";
import { REGIONS, zonesOf } from "../../model/ec2/regions.ts";
import { texts } from "../form-fields.ts";
import type { QueryOperation } from "../query-protocol.ts";
import { filtersIn } from "./inputs.ts";

const describeRegions: QueryOperation = {
  isWrite: false,
  run: (input) => {
    const names = texts(input, "RegionName");
    const wanted = REGIONS.filter((name) => names.length === 0 || names.includes(name));
    const regions = filtered(wanted, filtersIn(input), {
      "region-name": (name) => [name],
      endpoint: (name) => [`ec2.${name}.amazonaws.com`],
      "opt-in-status": () => ["opt-in-not-required"],
    });
    return {
      regionInfo: regions.map((regionName) => ({
        regionName,
        regionEndpoint: `ec2.${regionName}.amazonaws.com`,
        optInStatus: "opt-in-not-required",
      })),
    };
  },
};

const describeAvailabilityZones: QueryOperation = {
  isWrite: false,
  run: (input, { region }) => {
    const names = texts(input, "ZoneName");
    const wanted = zonesOf(region.region).filter(
      (zone) => names.length === 0 || names.includes(zone.zoneName),
    );
    const zones = filtered(wanted, filtersIn(input), {
      "zone-name": (zone) => [zone.zoneName],
      "zone-id": (zone) => [zone.zoneId],
      "region-name": () => [region.region],
      state: () => ["available"],
    });
    return {
      availabilityZoneInfo: zones.map((zone) => ({
        zoneName: zone.zoneName,
        zoneState: "available",
        regionName: region.region,
        messageSet: [],
        zoneId: zone.zoneId,
        groupName: region.region,
        networkBorderGroup: region.region,
        zoneType: "availability-zone",
        optInStatus: "opt-in-not-required",
      })),
    };
  },
};

/** Regions and zones. */
export const regionOperations: Readonly<Record<string, QueryOperation>> = {
  DescribeRegions: describeRegions,
  DescribeAvailabilityZones: describeAvailabilityZones,
};
