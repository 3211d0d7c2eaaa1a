import { describe, expect, it } from "vitest";
import { ec2World as anyWorld, codeOf } from "../../testing/ec2-world.ts";
import {
  createFlowLogs,
  DEFAULT_LOG_FORMAT,
  deleteFlowLogs,
  describeFlowLogs,
  type NewFlowLogs,
} from "./flow-logs.ts";

const ec2World = () => {
  const world = anyWorld();
  for (const bucket of ["logs", "bucket-a", "bucket-b"]) world.sandbox.seed.bucket(bucket);
  return world;
};

const request = (parts: Partial<NewFlowLogs>): NewFlowLogs => ({
  resourceIds: [],
  resourceType: "VPC",
  trafficType: "ALL",
  logDestinationType: "s3",
  logDestination: "arn:aws:s3:::logs/prefix/",
  logGroupName: undefined,
  deliverLogsPermissionArn: undefined,
  logFormat: DEFAULT_LOG_FORMAT,
  maxAggregationInterval: 600,
  fileFormat: "plain-text",
  hiveCompatiblePartitions: false,
  perHourPartition: false,
  tags: [],
  ...parts,
});

describe("createFlowLogs", () => {
  it("creates what it can and reports the rest beside it", () => {
    const { ec2, vpc } = ec2World();
    const { created, unsuccessful } = createFlowLogs(ec2, request({ resourceIds: [vpc.vpcId, "vpc-0bad"] }));
    expect(created).toMatchObject([{ resourceId: vpc.vpcId, logDestination: "arn:aws:s3:::logs/prefix/" }]);
    expect(unsuccessful).toMatchObject([{ resourceId: "vpc-0bad", code: "InvalidVpcId.NotFound" }]);
  });

  it("refuses a second one with the same resource and destination", () => {
    const { ec2, vpc } = ec2World();
    const create = (logDestination: string) =>
      createFlowLogs(ec2, request({ resourceIds: [vpc.vpcId], logDestination }));
    create("arn:aws:s3:::bucket-a");
    expect(create("arn:aws:s3:::bucket-a").unsuccessful).toMatchObject([{ code: "FlowLogAlreadyExists" }]);
    expect(create("arn:aws:s3:::bucket-b").unsuccessful).toEqual([]);
  });

  it.each([
    {
      name: "a reserved prefix",
      parts: { logDestination: "arn:aws:s3:::logs/AWSLogs/" },
      want: "InvalidParameter",
    },
    { name: "a bucket that does not exist", parts: { logDestination: "arn:aws:s3:::gone" }, want: "400" },
  ])("reports $want for $name", ({ parts, want }) => {
    const { ec2, vpc } = ec2World();
    expect(createFlowLogs(ec2, request({ resourceIds: [vpc.vpcId], ...parts })).unsuccessful).toMatchObject([
      { code: want },
    ]);
  });

  it.each([
    { name: "no resource", parts: { resourceIds: [] }, want: "MissingParameter" },
    {
      name: "301 resources",
      parts: { resourceIds: Array<string>(301).fill("vpc-1") },
      want: "InvalidParameterValue",
    },
    {
      name: "S3 without a destination",
      parts: { resourceIds: ["vpc-1"], logDestination: undefined },
      want: "InvalidParameter",
    },
    {
      name: "a format that is none",
      parts: { resourceIds: ["vpc-1"], logFormat: "srcaddr" },
      want: "InvalidParameter",
    },
  ])("answers $want to $name", ({ parts, want }) => {
    const { ec2 } = ec2World();
    expect(codeOf(() => createFlowLogs(ec2, request(parts)))).toBe(want);
  });

  it("takes an interface of RDS, and is found by its resource until it is deleted", () => {
    const { ec2, sandbox, subnet, groupId } = ec2World();
    const eni = sandbox.network.createRdsInterface(sandbox.region(), {
      subnetId: subnet.subnetId,
      groupIds: [groupId],
    });
    const resourceIds = [eni.networkInterfaceId];
    const { created } = createFlowLogs(ec2, request({ resourceType: "NetworkInterface", resourceIds }));
    const filters = [{ name: "resource-id", values: resourceIds }];
    expect(describeFlowLogs(ec2, { flowLogIds: [], filters }).items).toEqual(created);
    const id = created[0]?.flowLogId ?? "";
    expect(deleteFlowLogs(ec2, [id, "fl-0bad"])).toMatchObject([
      { resourceId: "fl-0bad", code: "InvalidFlowLogId.NotFound" },
    ]);
    expect(describeFlowLogs(ec2, { flowLogIds: [], filters }).items).toEqual([]);
  });
});
