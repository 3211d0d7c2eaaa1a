"""Drives the sandbox AWS with boto3 and prints `ok <step>` for each step that came out right.

Environment: AWS_ENDPOINT_URL and the other AWS_* variables. Exits 1 at the first mismatch.
"""

import sys

import boto3
from botocore.exceptions import ClientError


def step(name, good, detail=""):
    if not good:
        print(f"failed {name} {detail}", file=sys.stderr)
        sys.exit(1)
    print(f"ok {name}", flush=True)


def code_of(call, **arguments):
    """The error code that a call ends in, None when it goes well."""
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def security_groups(ec2):
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = ec2.create_security_group(GroupName="boto3", Description="made by boto3", VpcId=vpc)["GroupId"]
    ranges = [{"CidrIp": f"10.1.0.{number}/32"} for number in range(12)]
    permission = {"IpProtocol": "tcp", "FromPort": 3306, "ToPort": 3306, "IpRanges": ranges}
    tags = [{"ResourceType": "security-group-rule", "Tags": [{"Key": "moat:owner", "Value": "moat"}]}]
    made = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission], TagSpecifications=tags)
    step("authorize names every rule", len(made["SecurityGroupRules"]) == 12)

    pages = ec2.get_paginator("describe_security_group_rules").paginate(
        Filters=[{"Name": "group-id", "Values": [group]}], PaginationConfig={"PageSize": 5})
    sizes = [len(page["SecurityGroupRules"]) for page in pages]
    step("describe_security_group_rules pages", sizes == [5, 5, 3], sizes)
    tagged = ec2.describe_security_group_rules(Filters=[{"Name": "tag:moat:owner", "Values": ["moat"]}])
    step("rules are found by tag", len(tagged["SecurityGroupRules"]) == 12)
    step("a duplicate is refused", code_of(
        ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=[permission]
    ) == "InvalidPermission.Duplicate")
    step("a dry run changes nothing", code_of(
        ec2.delete_security_group, GroupId=group, DryRun=True) == "DryRunOperation")
    revoked = ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[permission])
    step("revoke says what it revoked", len(revoked["RevokedSecurityGroupRules"]) == 12)
    return group


def databases(rds, ec2, group):
    instance = rds.describe_db_instances(DBInstanceIdentifier="orders")["DBInstances"][0]
    step("describe_db_instances", instance["Engine"] == "mysql" and instance["Endpoint"]["Port"] == 3306)
    changed = rds.modify_db_instance(DBInstanceIdentifier="orders", VpcSecurityGroupIds=[group])["DBInstance"]
    states = {entry["VpcSecurityGroupId"]: entry["Status"] for entry in changed["VpcSecurityGroups"]}
    step("new groups are being added", states[group] == "adding", states)
    rds.add_tags_to_resource(ResourceName=instance["DBInstanceArn"], Tags=[{"Key": "moat:mode", "Value": "enforce"}])
    tags = rds.list_tags_for_resource(ResourceName=instance["DBInstanceArn"])["TagList"]
    step("databases carry tags", {"Key": "moat:mode", "Value": "enforce"} in tags, tags)
    step("an unknown database is refused", code_of(
        rds.modify_db_instance, DBInstanceIdentifier="nowhere", VpcSecurityGroupIds=[group]
    ) == "DBInstanceNotFound")


def messages(sqs):
    queue = sqs.create_queue(QueueName="flow-logs")["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="hello")
    received = sqs.receive_message(QueueUrl=queue)["Messages"]
    step("a message arrives", [message["Body"] for message in received] == ["hello"])
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=received[0]["ReceiptHandle"])
    step("and is gone once deleted", "Messages" not in sqs.receive_message(QueueUrl=queue))


def objects(s3):
    s3.create_bucket(Bucket="moat-boto3", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="moat-boto3", Key="AWSLogs/1/ä b+c.log.gz", Body=b"\x1f\x8b")
    body = s3.get_object(Bucket="moat-boto3", Key="AWSLogs/1/ä b+c.log.gz")["Body"].read()
    step("an object comes back byte for byte", body == b"\x1f\x8b")
    listed = s3.list_objects_v2(Bucket="moat-boto3", Prefix="AWSLogs/")["Contents"]
    step("and is listed by its name", [entry["Key"] for entry in listed] == ["AWSLogs/1/ä b+c.log.gz"])


def accounts(sts):
    step("get_caller_identity", sts.get_caller_identity()["Account"] == "111122223333")
    role = sts.assume_role(RoleArn="arn:aws:iam::444455556666:role/moat-spoke", RoleSessionName="boto3")
    keys = role["Credentials"]
    there = boto3.session.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    step("an assumed role is in its own account", there.client("sts").get_caller_identity()["Account"] == "444455556666")


def main():
    client = boto3.client
    group = security_groups(client("ec2"))
    databases(client("rds"), client("ec2"), group)
    messages(client("sqs"))
    objects(client("s3"))
    accounts(client("sts"))


main()
