import { modifyCluster } from "../../model/rds/modify-cluster.ts";
import { modifyInstance } from "../../model/rds/modify-instance.ts";
import { type ModifyProxyRequest, modifyProxy, modifyProxyEndpoint } from "../../model/rds/modify-proxy.ts";
import type { RdsRegion } from "../../model/rds/region.ts";
import { rdsOf } from "../../model/rds/state.ts";
import { addTags, removeTags } from "../../model/rds/tags.ts";
import type { FormStruct } from "../form.ts";
import { flag, requiredText, structs, text, texts } from "../form-fields.ts";
import type { QueryOperation } from "../query-protocol.ts";
import type { XmlStruct } from "../xml.ts";
import { clusterXml } from "./cluster-xml.ts";
import { instanceXml } from "./instance-xml.ts";
import { proxyEndpointXml, proxyXml } from "./proxy-xml.ts";
import { otherParameters, rdsTrail } from "./requests.ts";

/** Every call that changes something. CloudTrail writes all of them down. */
export const WRITE_OPERATIONS: Readonly<Record<string, QueryOperation>> = {
  ModifyDBInstance: write((rds, input) => {
    const identifier = requiredText(input, "DBInstanceIdentifier");
    return { DBInstance: instanceXml(modifyInstance(rds, { identifier, ...modification(input) }), rds.now) };
  }),
  ModifyDBCluster: write((rds, input) => {
    const identifier = requiredText(input, "DBClusterIdentifier");
    const cluster = modifyCluster(rds, { identifier, ...modification(input) });
    return { DBCluster: clusterXml(cluster, rds.members(cluster)) };
  }),
  ModifyDBProxy: write((rds, input) => ({
    DBProxy: proxyXml(modifyProxy(rds, proxyRequest(input, "DBProxyName", "SecurityGroups"))),
  })),
  ModifyDBProxyEndpoint: write((rds, input) => ({
    DBProxyEndpoint: proxyEndpointXml(
      modifyProxyEndpoint(rds, proxyRequest(input, "DBProxyEndpointName", "VpcSecurityGroupIds")),
    ),
  })),
  AddTagsToResource: write((rds, input) => {
    const tags = structs(input, "Tags").map(
      (tag) => [text(tag, "Key") ?? "", text(tag, "Value") ?? ""] as const,
    );
    addTags(rds, requiredText(input, "ResourceName"), new Map(tags));
    return {};
  }),
  RemoveTagsFromResource: write((rds, input) => {
    removeTags(rds, requiredText(input, "ResourceName"), texts(input, "TagKeys"));
    return {};
  }),
};

function write(run: (rds: RdsRegion, input: FormStruct) => XmlStruct): QueryOperation {
  return { isWrite: true, run: (input, call) => run(rdsOf(call.region), input), trail: rdsTrail };
}

function modification(input: FormStruct) {
  const known = ["DBInstanceIdentifier", "DBClusterIdentifier", "VpcSecurityGroupIds", "ApplyImmediately"];
  return {
    groups: texts(input, "VpcSecurityGroupIds"),
    applyImmediately: flag(input, "ApplyImmediately") ?? false,
    others: otherParameters(input, known),
  };
}

function proxyRequest(input: FormStruct, nameKey: string, groupsKey: string): ModifyProxyRequest {
  return {
    name: requiredText(input, nameKey),
    groups: texts(input, groupsKey),
    others: otherParameters(input, [nameKey, groupsKey]),
  };
}
