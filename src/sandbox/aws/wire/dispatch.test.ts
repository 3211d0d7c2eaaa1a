import { describe, expect, it } from "vitest";
import { createSandboxAws } from "../sandbox-aws.ts";
import type { WireRequest } from "./http.ts";

const form = "application/x-www-form-urlencoded";
const scope = (service: string, key = "AKIAEXAMPLE") =>
  `AWS4-HMAC-SHA256 Credential=${key}/20260105/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=00`;
const request = (body: string, headers: Record<string, string>): WireRequest => ({
  method: "POST",
  path: "/",
  query: new URLSearchParams(),
  headers,
  body: new TextEncoder().encode(body),
});

describe("an answer to bad credentials", () => {
  it.each([
    { service: "ec2", kind: "missing", status: 401, code: "<Code>AuthFailure</Code>" },
    { service: "ec2", kind: "unknown", status: 401, code: "<Code>AuthFailure</Code>" },
    { service: "rds", kind: "missing", status: 403, code: "<Code>MissingAuthenticationToken</Code>" },
    { service: "sts", kind: "unknown", status: 403, code: "<Code>InvalidClientTokenId</Code>" },
    { service: "sqs", kind: "missing", status: 400, code: "MissingAuthenticationTokenException" },
    { service: "secretsmanager", kind: "unknown", status: 400, code: "UnrecognizedClientException" },
    { service: "s3", kind: "missing", status: 403, code: "<Code>AccessDenied</Code>" },
  ])("of $service for $kind keys is $status $code", async ({ service, kind, status, code }) => {
    const { handle } = createSandboxAws();
    const authorization = kind === "missing" ? {} : { authorization: scope(service, "ASIAUNKNOWN") };
    const response = await handle(request(BODIES[service] ?? "", { ...HEADERS[service], ...authorization }));
    expect(response.status).toBe(status);
    expect(String(response.body)).toContain(code);
  });

  it("of EC2 is RequestExpired once the session is over by the clock", async () => {
    const sandbox = createSandboxAws();
    const assume =
      "Action=AssumeRole&RoleArn=arn:aws:iam::444455556666:role/r&RoleSessionName=se&DurationSeconds=900";
    const session = await sandbox.handle(
      request(assume, { "content-type": form, authorization: scope("sts") }),
    );
    const key = /<AccessKeyId>(\w+)</.exec(String(session.body))?.[1] ?? "";
    const describe_ = () =>
      sandbox.handle(
        request("Action=DescribeVpcs", { "content-type": form, authorization: scope("ec2", key) }),
      );
    expect((await describe_()).status).toBe(200);
    sandbox.clock.advance(900_000);
    expect(String((await describe_()).body)).toContain("<Code>RequestExpired</Code>");
  });

  it("of STS is AccessDenied without the external id of the role", async () => {
    const sandbox = createSandboxAws();
    const roleArn = "arn:aws:iam::444455556666:role/spoke";
    sandbox.roles.add({ roleArn, externalId: "secret" });
    const assume = async (more: string) => {
      const body = `Action=AssumeRole&RoleArn=${roleArn}&RoleSessionName=moat${more}`;
      return (await sandbox.handle(request(body, { "content-type": form, authorization: scope("sts") })))
        .status;
    };
    expect(await assume("")).toBe(403);
    expect(await assume("&ExternalId=wrong")).toBe(403);
    expect(await assume("&ExternalId=secret")).toBe(200);
    sandbox.roles.unknownRoles = "deny";
    const other = request(`Action=AssumeRole&RoleArn=${roleArn}2&RoleSessionName=moat`, {
      authorization: scope("sts"),
    });
    expect((await sandbox.handle(other)).status).toBe(403);
  });
});

describe("an unsigned or strange request", () => {
  it.each([
    {
      name: "an unknown action of EC2",
      body: "Action=Nope&Version=2016-11-15",
      service: "ec2",
      want: "InvalidAction",
    },
    {
      name: "an unknown action of RDS",
      body: "Action=Nope&Version=2014-10-31",
      service: "rds",
      want: "InvalidAction",
    },
    { name: "a service that is not there", body: "", service: "dynamodb", want: "no service" },
  ])("$name is answered with $want", async ({ body, service, want }) => {
    const { handle } = createSandboxAws();
    const response = await handle(request(body, { "content-type": form, authorization: scope(service) }));
    expect(String(response.body)).toContain(want);
  });

  it("to EC2 by a twelve-digit access key belongs to that account", async () => {
    const sandbox = createSandboxAws();
    const { vpcId } = sandbox.seedIn("999988887777", "eu-west-1").vpc();
    const response = await sandbox.handle(
      request("Action=DescribeVpcs", { authorization: scope("ec2", "999988887777") }),
    );
    expect(String(response.body)).toContain(vpcId);
  });
});

const BODIES: Readonly<Record<string, string>> = {
  ec2: "Action=DescribeVpcs&Version=2016-11-15",
  rds: "Action=DescribeDBInstances&Version=2014-10-31",
  sts: "Action=GetCallerIdentity&Version=2011-06-15",
};
const HEADERS: Readonly<Record<string, Record<string, string>>> = {
  ec2: { "content-type": form },
  rds: { "content-type": form },
  sts: { "content-type": form },
  sqs: { "x-amz-target": "AmazonSQS.ListQueues" },
  secretsmanager: { "x-amz-target": "secretsmanager.GetSecretValue" },
  s3: {},
};
