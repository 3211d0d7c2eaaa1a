import {
  describeClusters,
  describeInstances,
  describeProxies,
  describeProxyEndpoints,
  describeSubnetGroups,
} from "../../model/rds/describe.ts";
import { type EventFilter, findEvents, type RdsEvent } from "../../model/rds/events.ts";
import { page } from "../../model/rds/page.ts";
import type { RdsRegion } from "../../model/rds/region.ts";
import { rdsOf } from "../../model/rds/state.ts";
import { resourceByArn } from "../../model/rds/tags.ts";
import type { FormStruct } from "../form.ts";
import { integer, requiredText, text, texts } from "../form-fields.ts";
import type { QueryOperation } from "../query-protocol.ts";
import { type XmlStruct, xmlList } from "../xml.ts";
import { clusterXml } from "./cluster-xml.ts";
import { instanceXml, subnetGroupXml, tagsXml } from "./instance-xml.ts";
import { proxyEndpointXml, proxyXml } from "./proxy-xml.ts";
import { describeRequest } from "./requests.ts";

/** Every call that only reads. */
export const DESCRIBE_OPERATIONS: Readonly<Record<string, QueryOperation>> = {
  DescribeDBInstances: read((rds, input) => {
    const { items, marker } = describeInstances(rds, describeRequest(input, "DBInstanceIdentifier"));
    const instances = items.map((instance) => instanceXml(instance, rds.viewTime));
    return { Marker: marker, DBInstances: xmlList("DBInstance", instances) };
  }),
  DescribeDBClusters: read((rds, input) => {
    const { items, marker } = describeClusters(rds, describeRequest(input, "DBClusterIdentifier"));
    const clusters = items.map((cluster) => clusterXml(cluster, rds.members(cluster)));
    return { Marker: marker, DBClusters: xmlList("DBCluster", clusters) };
  }),
  DescribeDBProxies: read((rds, input) => {
    const { items, marker } = describeProxies(rds, describeRequest(input, "DBProxyName"));
    return { Marker: marker, DBProxies: items.map(proxyXml) };
  }),
  DescribeDBProxyEndpoints: read((rds, input) => {
    const request = describeRequest(input, "DBProxyEndpointName");
    const { items, marker } = describeProxyEndpoints(rds, {
      ...request,
      proxyName: text(input, "DBProxyName"),
    });
    return { Marker: marker, DBProxyEndpoints: items.map(proxyEndpointXml) };
  }),
  DescribeDBSubnetGroups: read((rds, input) => {
    const { items, marker } = describeSubnetGroups(rds, describeRequest(input, "DBSubnetGroupName"));
    return { Marker: marker, DBSubnetGroups: xmlList("DBSubnetGroup", items.map(subnetGroupXml)) };
  }),
  ListTagsForResource: read((rds, input) => ({
    TagList: tagsXml(resourceByArn(rds, requiredText(input, "ResourceName")).tags),
  })),
  DescribeEvents: read((rds, input) => {
    const events = findEvents(rds, eventFilter(input)).map((event, index) => ({ event, index }));
    const idOf = (entry: { readonly index: number }): string => String(entry.index).padStart(8, "0");
    const { items, marker } = page(events, idOf, describeRequest(input, "SourceIdentifier"));
    return {
      Marker: marker,
      Events: xmlList(
        "Event",
        items.map(({ event }) => eventXml(event)),
      ),
    };
  }),
};

function read(run: (rds: RdsRegion, input: FormStruct) => XmlStruct): QueryOperation {
  return { isWrite: false, run: (input, call) => run(rdsOf(call.region), input) };
}

function eventFilter(input: FormStruct): EventFilter {
  const time = (key: string): number | undefined => {
    const value = text(input, key);
    return value === undefined || value === "" ? undefined : Date.parse(value);
  };
  const minutes = integer(input, "Duration");
  return {
    sourceIdentifier: text(input, "SourceIdentifier") || undefined,
    sourceType: text(input, "SourceType") || undefined,
    categories: texts(input, "EventCategories"),
    startMs: time("StartTime"),
    endMs: time("EndTime"),
    durationMs: minutes === undefined ? undefined : minutes * 60_000,
  };
}

function eventXml(event: RdsEvent): XmlStruct {
  return {
    SourceIdentifier: event.sourceIdentifier,
    SourceType: event.sourceType,
    Message: event.message,
    EventCategories: xmlList("EventCategory", event.categories),
    Date: new Date(event.at),
    SourceArn: event.sourceArn,
  };
}
