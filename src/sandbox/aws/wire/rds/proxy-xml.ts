import type { DbProxy, DbProxyEndpoint } from "../../model/rds/database.ts";
import type { XmlStruct } from "../xml.ts";

/** A proxy as DescribeDBProxies and ModifyDBProxy show it: plain group ids without a status, and no tags. */
export function proxyXml(proxy: DbProxy): XmlStruct {
  return {
    DBProxyName: proxy.identifier,
    DBProxyArn: proxy.arn,
    Status: proxy.status,
    EngineFamily: proxy.engineFamily,
    VpcId: proxy.vpcId,
    VpcSecurityGroupIds: [...proxy.assignment.groups],
    VpcSubnetIds: proxy.subnetIds,
    Auth: [],
    RoleArn: proxy.roleArn,
    Endpoint: proxy.endpointAddress,
    RequireTLS: false,
    IdleClientTimeout: 1800,
    DebugLogging: false,
    CreatedDate: new Date(proxy.createdAt),
    UpdatedDate: new Date(proxy.updatedAt),
  };
}

/** An endpoint of a proxy as DescribeDBProxyEndpoints and ModifyDBProxyEndpoint show it. */
export function proxyEndpointXml(endpoint: DbProxyEndpoint): XmlStruct {
  return {
    DBProxyEndpointName: endpoint.identifier,
    DBProxyEndpointArn: endpoint.arn,
    DBProxyName: endpoint.proxyName,
    Status: endpoint.status,
    VpcId: endpoint.vpcId,
    VpcSecurityGroupIds: [...endpoint.assignment.groups],
    VpcSubnetIds: endpoint.subnetIds,
    Endpoint: endpoint.endpointAddress,
    CreatedDate: new Date(endpoint.createdAt),
    TargetRole: endpoint.targetRole,
    IsDefault: false,
  };
}
